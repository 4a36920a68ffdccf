{{/*
The spec of a Job that runs one role once. Takes a dict: root, component, role, secrets, config (a
block of values with resources, pod, activeDeadlineSeconds), backoffLimit, account, keep (seconds for
which it is kept after its end; empty: until something else removes it).
*/}}
{{- define "masa-madre.jobSpec" -}}
backoffLimit: {{ .backoffLimit }}
activeDeadlineSeconds: {{ .config.activeDeadlineSeconds }}
{{- with .keep }}
ttlSecondsAfterFinished: {{ . }}
{{- end }}
template:
  metadata:
    {{- include "masa-madre.podMetadata" (dict "root" .root "component" .component "pod" .config.pod) | nindent 4 }}
  spec:
    {{- include "masa-madre.podSpec" (dict "root" .root "component" .component "pod" .config.pod "account" .account) | nindent 4 }}
    # A failed pod is kept with its log; the next attempt gets a new pod.
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

{{/*
How long migration and seeds are kept. Helm does not remove hooks with their release. An ordinary Job
has to be removed before the next upgrade, which could not change it.
*/}}
{{- define "masa-madre.keepJob" -}}
{{- ternary 3600 300 .Values.hooks.enabled -}}
{{- end -}}
