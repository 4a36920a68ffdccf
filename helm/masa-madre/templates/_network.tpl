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

{{/* The type of a Service, and what is said of its load balancer. Takes the block of values. */}}
{{- define "masa-madre.serviceType" -}}
type: {{ .type }}
{{- with .loadBalancerClass }}
loadBalancerClass: {{ . }}
{{- end }}
{{- with .loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .externalTrafficPolicy }}
externalTrafficPolicy: {{ . }}
{{- end }}
{{- end -}}

{{/* Addresses as peers of a rule, as a list. Takes a list of CIDRs. */}}
{{- define "masa-madre.blocks" -}}
{{- $peers := list -}}
{{- range . -}}{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .)) -}}{{- end -}}
{{- toYaml $peers -}}
{{- end -}}

{{/* Where names are resolved, as a rule. */}}
{{- define "masa-madre.dnsRule" -}}
{{- $dns := .Values.networkPolicy.dns -}}
- {{- if $dns.to }}
  to:
    {{- concat $dns.to (include "masa-madre.blocks" $dns.cidrs | fromYamlArray) | toYaml | nindent 4 }}
  {{- end }}
  ports:
    {{- range $port := $dns.ports }}
    - {protocol: UDP, port: {{ $port }}}
    - {protocol: TCP, port: {{ $port }}}
    {{- end }}
{{- end -}}
