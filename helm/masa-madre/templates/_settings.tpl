{{/* The settings of the app, as the ConfigMap holds them. */}}

{{/* Where clone Jobs' pods run and what is added to them, as the app's CLONE_JOB_POD wants it: JSON. */}}
{{- define "masa-madre.clonePod" -}}
{{- $pod := include "masa-madre.podSettings" (list . .Values.clone.pod) | fromYaml -}}
{{- $kept := dict -}}
{{- range list "nodeSelector" "tolerations" "affinity" "priorityClassName" -}}
{{- $value := index $pod . -}}
{{- if $value -}}{{- $_ := set $kept . $value -}}{{- end -}}
{{- end -}}
{{- with .Values.imagePullSecrets -}}{{- $_ := set $kept "imagePullSecrets" . -}}{{- end -}}
{{- range $field := list "volumes" "initContainers" -}}
{{- with include (printf "masa-madre.%s" $field) $ | fromYamlArray -}}{{- $_ := set $kept $field . -}}{{- end -}}
{{- end -}}
{{- $container := dict -}}
{{- with .Values.extraEnv -}}{{- $_ := set $container "env" . -}}{{- end -}}
{{- with include "masa-madre.mounts" . | fromYamlArray -}}{{- $_ := set $container "volumeMounts" . -}}{{- end -}}
{{- if $container -}}{{- $_ := set $kept "container" $container -}}{{- end -}}
{{- $user := .Values.security.user -}}
{{- if kindIs "invalid" $user -}}
{{- $_ := set $kept "user" nil -}}
{{- else if ne (int64 $user) 10001 -}}
{{- $_ := set $kept "user" (int64 $user) -}}
{{- end -}}
{{- toJson $kept -}}
{{- end -}}

{{/* Numbers go through JSON: printed plainly, a million would be 1e+06. */}}
{{- define "masa-madre.settings" -}}
{{- $auto := dict "GATEWAY_PROXY" .Values.gateway.upstream.controller "COOKIE_SECURE" .Values.ingress.tls.enabled "TRUSTED_PROXIES" (ternary 1 0 (or .Values.ingress.enabled .Values.gateway.upstream.enabled)) -}}
{{- range $name, $value := .Values.settings }}
{{- if and (kindIs "string" $value) (eq $value "auto") (hasKey $auto $name) }}
{{- $value = index $auto $name }}
{{- end }}
{{ $name }}: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
CLONE_JOB_IMAGE: {{ include "masa-madre.image" . | quote }}
CLONE_JOB_NAMESPACE: {{ .Release.Namespace | quote }}
CLONE_JOB_INSTANCE: {{ include "masa-madre.instance" . | quote }}
CLONE_JOB_SERVICE_ACCOUNT: demo-clone
CLONE_JOB_SECRET: {{ include "masa-madre.secretName" . | quote }}
CLONE_JOB_CONFIG: {{ include "masa-madre.fullname" . | quote }}
CLONE_JOB_POD: {{ include "masa-madre.clonePod" . | quote }}
{{- end -}}
