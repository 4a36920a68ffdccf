{{/* What the values add to every pod of the project's image, clone Jobs' pods included. */}}

{{- define "masa-madre.trustPath" -}}/etc/masa-madre/trust{{- end -}}

{{/* The sources of the certificates that are trusted, as a list. */}}
{{- define "masa-madre.trustSources" -}}
{{- $sources := list -}}
{{- with .Values.trust.secret -}}{{- $sources = append $sources (dict "secret" (dict "name" .)) -}}{{- end -}}
{{- with .Values.trust.configMap -}}{{- $sources = append $sources (dict "configMap" (dict "name" .)) -}}{{- end -}}
{{- if and (eq .Values.postgres.mode "cloudnativepg") (not .Values.secret.existing) -}}
{{- $file := dict "key" "ca.crt" "path" "postgres-ca.crt" -}}
{{- $sources = append $sources (dict "secret" (dict "name" (printf "%s-postgres-ca" (include "masa-madre.fullname" .)) "items" (list $file))) -}}
{{- end -}}
{{- toYaml $sources -}}
{{- end -}}

{{- define "masa-madre.volumes" -}}
{{- $volumes := list -}}
{{- with include "masa-madre.trustSources" . | fromYamlArray -}}
{{- $volumes = append $volumes (dict "name" "trust" "projected" (dict "sources" .)) -}}
{{- end -}}
{{- concat $volumes .Values.extraVolumes | toYaml -}}
{{- end -}}

{{- define "masa-madre.mounts" -}}
{{- $mounts := list -}}
{{- if include "masa-madre.trustSources" . | fromYamlArray -}}
{{- $mounts = append $mounts (dict "name" "trust" "mountPath" (include "masa-madre.trustPath" .) "readOnly" true) -}}
{{- end -}}
{{- concat $mounts .Values.extraVolumeMounts | toYaml -}}
{{- end -}}

{{/*
Containers that run beside ours are init containers that are restarted: they are there before ours
begins and until it has ended, and a Job ends although they do not.
*/}}
{{- define "masa-madre.initContainers" -}}
{{- $all := .Values.extraInitContainers -}}
{{- range .Values.extraContainers -}}
{{- $all = append $all (merge (dict "restartPolicy" "Always") .) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* The sync wave of Argo CD, as annotations; empty where it is not asked for. Takes (list $ wave). */}}
{{- define "masa-madre.wave" -}}
{{- if (first .).Values.gitops.argocd -}}
argocd.argoproj.io/sync-wave: {{ last . | quote }}
{{- end -}}
{{- end -}}
