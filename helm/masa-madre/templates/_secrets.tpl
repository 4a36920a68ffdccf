{{/* The Secrets that the chart makes: each value once, kept over upgrades. */}}

{{/* A key of a Secret in the cluster, decoded; empty where there is none. Takes (list $ name key). */}}
{{- define "masa-madre.kept" -}}
{{- $root := first . -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (index . 1) -}}
{{- if $secret -}}
{{- index (default dict $secret.data) (last .) | default "" | b64dec -}}
{{- end -}}
{{- end -}}

{{/*
Puts all values into .Values.made, once in a rendering: what is random must be the same in every
template. Templates that read .Values.made include this first.
  main       the keys of the Secret that pods read
  passwords  owner, web, tenants, superuser, redis
*/}}
{{- define "masa-madre.makeSecrets" -}}
{{- if not (hasKey .Values "made") -}}
{{- $full := include "masa-madre.fullname" . -}}
{{- $passwords := dict -}}
{{- range list "owner" "web" "tenants" "superuser" "redis" -}}
{{- $kept := include "masa-madre.kept" (list $ (printf "%s-logins" $full) .) -}}
{{- $_ := set $passwords . (default (randAlphaNum 32) $kept) -}}
{{- end -}}
{{- $main := dict -}}
{{- range $key, $value := .Values.secret.values -}}
{{- if $value -}}{{- $_ := set $main $key $value -}}{{- end -}}
{{- end -}}
{{- $once := dict "JWT_SECRET" (randAlphaNum 48) "LEADS_KEYS" (randAlphaNum 48) -}}
{{- if .Values.dashboard.enabled -}}{{- $_ := set $once "OPS_PASSWORD" (randAlphaNum 24) -}}{{- end -}}
{{- if .Values.gateway.upstream.enabled -}}
{{- $_ := set $once "GATEWAY_SIGNING_KEYS" (printf "chart:%s" (randAlphaNum 48)) -}}
{{- end -}}
{{- range $key, $value := $once -}}
{{- if not (hasKey $main $key) -}}
{{- $_ := set $main $key (default $value (include "masa-madre.kept" (list $ $full $key))) -}}
{{- end -}}
{{- end -}}
{{- if ne .Values.postgres.mode "external" -}}
{{- $_ := include "masa-madre.postgresUrls" (list . $passwords) | fromYaml | merge $main -}}
{{- end -}}
{{- if eq .Values.redis.mode "trial" -}}
{{- $_ := set $main "REDIS_URL" (printf "redis://:%s@%s-redis:6379/0" $passwords.redis $full) -}}
{{- end -}}
{{- $_ := set .Values "made" (dict "main" $main "passwords" $passwords) -}}
{{- end -}}
{{- end -}}

{{/*
The URLs of a Postgres in the cluster. The web's two logins go through PgBouncer where there is one;
the owner's does not: migrations and clones hold a connection anyway. Takes (list $ passwords).
*/}}
{{- define "masa-madre.postgresUrls" -}}
{{- $root := first . -}}
{{- $passwords := last . -}}
{{- $full := include "masa-madre.fullname" $root -}}
{{- $direct := printf "%s-postgres:5432/masa_madre" $full -}}
{{- $pooled := $direct -}}
{{- if eq $root.Values.postgres.mode "cloudnativepg" -}}
{{- $verified := printf "sslmode=verify-full&sslrootcert=%s/postgres-ca.crt" (include "masa-madre.trustPath" $root) -}}
{{- $direct = printf "%s-postgres-rw:5432/masa_madre?%s" $full $verified -}}
{{- $pooled = $direct -}}
{{- if $root.Values.postgres.cloudnativepg.pooler.enabled -}}
{{- $pooled = printf "%s-pooler:5432/masa_madre?%s" $full $verified -}}
{{- end -}}
{{- end -}}
DATABASE_URL: {{ printf "postgresql://masa_madre:%s@%s" $passwords.owner $direct }}
WEB_DATABASE_URL: {{ printf "postgresql://masa_madre_web:%s@%s" $passwords.web $pooled }}
TENANT_DATABASE_URL: {{ printf "postgresql://masa_madre_tenants:%s@%s" $passwords.tenants $pooled }}
{{- end -}}

{{/* SQL that makes the web's logins; a Secret, because passwords are in it. */}}
{{- define "masa-madre.loginsSql" -}}
{{- include "masa-madre.makeSecrets" . -}}
{{- $passwords := .Values.made.passwords -}}
{{- .Files.Get "files/logins.sql" | replace "{web_password}" $passwords.web | replace "{tenants_password}" $passwords.tenants -}}
{{- end -}}

{{/* A digest of what pods read from the Secret; of your own Secret only where the cluster can be read. */}}
{{- define "masa-madre.checksum.secret" -}}
{{- if .Values.secret.existing -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace .Values.secret.existing -}}
{{- list .Values.secret.existing (dig "data" dict (default dict $secret)) | toJson | sha256sum -}}
{{- else -}}
{{- include "masa-madre.makeSecrets" . -}}
{{- .Values.made.main | toJson | sha256sum -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.checksum.config" -}}
{{- include "masa-madre.settings" . | sha256sum -}}
{{- end -}}
