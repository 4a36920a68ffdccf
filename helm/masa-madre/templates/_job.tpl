{{/*
The spec of a Job that runs one role once. Takes a dict: root, component, role, secrets, config (a
block of values with resources, pod, activeDeadlineSeconds), backoffLimit, account.
*/}}
{{- define "masa-madre.jobSpec" -}}
backoffLimit: {{ .backoffLimit }}
activeDeadlineSeconds: {{ .config.activeDeadlineSeconds }}
{{- if not .root.Values.hooks.enabled }}
# Gone before the next upgrade, which could not change it.
ttlSecondsAfterFinished: 300
{{- end }}
template:
  metadata:
    {{- include "masa-madre.podMetadata" (dict "root" .root "component" .component "pod" .config.pod) | nindent 4 }}
  spec:
    {{- include "masa-madre.podSpec" (dict "root" .root "component" .component "pod" .config.pod "account" .account) | nindent 4 }}
    # A pod that failed stays, with its log; the next attempt gets one of its own.
    restartPolicy: Never
    containers:
      - {{- include "masa-madre.container" (dict "root" .root "role" .role "secrets" .secrets "resources" .config.resources) | nindent 8 }}
{{- end -}}

{{/*
What makes a Job a hook. Takes (list $ "post-install,…" weight). The Job of the last run is removed
when the next one begins, so that its log can be read until then.
*/}}
{{- define "masa-madre.hook" -}}
{{- if (first .).Values.hooks.enabled -}}
helm.sh/hook: {{ index . 1 }}
helm.sh/hook-weight: {{ last . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end -}}
{{- end -}}
