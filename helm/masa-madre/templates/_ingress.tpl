{{/*
An Ingress. Takes a dict: root, name, component, className, annotations, hosts, path, tls, service (its
name), port (its name or number).
*/}}
{{- define "masa-madre.ingress" -}}
{{- $backend := kindIs "string" .port | ternary (dict "name" .port) (dict "number" .port) -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "masa-madre.metadata" (dict "root" .root "name" .name "component" .component "annotations" .annotations) | nindent 2 }}
spec:
  {{- with .className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if .tls.enabled }}
  tls:
    - hosts: {{ toJson .hosts }}
      secretName: {{ default (printf "%s-tls" .name) .tls.secretName }}
  {{- end }}
  rules:
    {{- range .hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: {{ $.path }}
            pathType: Prefix
            backend:
              service:
                name: {{ $.service }}
                port: {{ toJson $backend }}
    {{- end }}
{{- end -}}

{{/* The URL of the gateway's check, which a proxy calls for each request. */}}
{{- define "masa-madre.verifyUrl" -}}
http://{{ include "masa-madre.fullname" . }}-web.{{ .Release.Namespace }}.svc.cluster.local:{{ .Values.web.service.port }}/gateway/verify
{{- end -}}
