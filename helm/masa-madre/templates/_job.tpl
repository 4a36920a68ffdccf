{{/*
The spec of a Job that runs one role once. Takes a dict: root, component, role, secrets, config (a
block of values with resources, pod, activeDeadlineSeconds), backoffLimit, account, keep (seconds for
which it is kept after its end; empty: until something else removes it), configMap and secret (optional,
the names of what it reads).
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
      - {{- include "masa-madre.container" (dict "root" .root "role" .role "secrets" .secrets "resources" .config.resources "config" .configMap "secret" .secret) | nindent 8 }}
{{- end -}}

{{/*
What makes an object a hook. Takes (list $ "post-install,…" weight). That of the last run is removed
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
The annotations of a Job that migrates or seeds. Takes a dict: root, events, weight, wave, config (its
block of values).
*/}}
{{- define "masa-madre.jobAnnotations" -}}
{{- $hook := include "masa-madre.hook" (list .root .events .weight) | fromYaml -}}
{{- $wave := include "masa-madre.wave" (list .root .wave) | fromYaml -}}
{{- merge (dict) .config.annotations $hook $wave | toYaml -}}
{{- end -}}

{{/*
The name of a Job that migrates or seeds. Without hooks it follows what the Job runs, because a Job
cannot be changed: image, settings, the revision of the release. Takes a dict: root, name, spec (YAML).
*/}}
{{- define "masa-madre.jobName" -}}
{{- $root := .root -}}
{{- if $root.Values.hooks.enabled -}}
{{- .name -}}
{{- else -}}
{{- $what := list .spec (include "masa-madre.settings" $root) $root.Values.secret $root.Values.gitops.run $root.Release.Revision -}}
{{- printf "%s-%s" .name ($what | toJson | sha256sum | trunc 8) -}}
{{- end -}}
{{- end -}}

{{/*
How long migration and seeds are kept. Helm does not remove hooks with their release. An ordinary Job
stays: a controller that finds it gone would run it again.
*/}}
{{- define "masa-madre.keepJob" -}}
{{- if .Values.hooks.enabled -}}3600{{- end -}}
{{- end -}}
