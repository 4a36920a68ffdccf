{{/*
A HorizontalPodAutoscaler. Takes a dict: root, role, config (the block of values).
*/}}
{{- define "masa-madre.scaler" -}}
{{- $name := printf "%s-%s" (include "masa-madre.fullname" .root) .role -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "masa-madre.metadata" (dict "root" .root "name" $name "component" .role) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $name }}
  minReplicas: {{ .config.minReplicas }}
  maxReplicas: {{ .config.maxReplicas }}
  metrics:
    {{- range $resource, $target := dict "cpu" .config.targetCPUUtilizationPercentage "memory" .config.targetMemoryUtilizationPercentage }}
    {{- if $target }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target: {type: Utilization, averageUtilization: {{ $target }}}
    {{- end }}
    {{- end }}
  {{- with .config.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
