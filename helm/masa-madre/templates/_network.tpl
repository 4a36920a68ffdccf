{{/* What network policies are made of. */}}

{{- define "masa-madre.appComponents" -}}
[web, worker, scheduler, dashboard, migrate, seed, cleanup, clone]
{{- end -}}

{{/*
Finds pods of the release by their components. Takes (list $ components), the second a YAML list. The
chart's name is left out: clone Jobs' pods get their labels from the app, which does not know it.
*/}}
{{- define "masa-madre.pods" -}}
matchLabels:
  app.kubernetes.io/instance: {{ include "masa-madre.instance" (first .) }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: {{ last . }}
{{- end -}}

{{/* Ports of a rule. Takes a list of numbers. */}}
{{- define "masa-madre.ports" -}}
{{- range . }}
- {protocol: TCP, port: {{ . }}}
{{- end }}
{{- end -}}
