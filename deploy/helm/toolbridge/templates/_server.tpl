{{/* A Deployment of a server; takes root, component, name, replicas (0: left to the autoscaler), values, port, args, keys and settings. */}}
{{- define "toolbridge.server" -}}
{{- $root := .root -}}
{{- $context := dict "root" .root "component" .component "keys" .keys -}}
{{- $sqlite := and (eq .component "api") (eq .root.Values.api.database.kind "sqlite") -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "toolbridge.labels" (dict "root" .root "component" .label) | nindent 4 }}
spec:
  {{- if .replicas }}
  replicas: {{ .replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    {{- if $sqlite }}
    # Two pods would be two databases.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
    {{- end }}
  selector:
    matchLabels:
      {{- include "toolbridge.selector" (dict "root" .root "component" .label) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "toolbridge.selector" (dict "root" .root "component" .label) | nindent 8 }}
      annotations:
        checksum/config: {{ .settings | sha256sum }}
    spec:
      {{- include "toolbridge.podSecurity" .root | nindent 6 }}
      # More than drain delay (5) and limit (7).
      terminationGracePeriodSeconds: 30
      {{- if ne .label "mcp-sse" }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - topologyKey: {{ . }}
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "toolbridge.selector" (dict "root" $root "component" $.label) | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "toolbridge.image" .values.image }}
          {{- include "toolbridge.containerSecurity" .root | nindent 10 }}
          args: {{ toJson .args }}
          ports:
            - {name: http, containerPort: {{ .port }}}
            - {name: metrics, containerPort: 9091}
          envFrom:
            - configMapRef:
                name: {{ include "toolbridge.fullname" .root }}-{{ .component }}
          {{- with include "toolbridge.secretVariables" $context }}
          env:
            {{- . | nindent 12 }}
          {{- end }}
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 1
            failureThreshold: 30
          # The process answers; a database that is away is no reason to restart.
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
            timeoutSeconds: 2
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 2
            failureThreshold: 2
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            {{- include "toolbridge.mounts" $context | nindent 12 }}
            {{- if $sqlite }}
            - {name: data, mountPath: /data}
            {{- end }}
      volumes:
        {{- include "toolbridge.volumes" $context | nindent 8 }}
        {{- if $sqlite }}
        - name: data
          persistentVolumeClaim:
            claimName: {{ include "toolbridge.fullname" .root }}-data
        {{- end }}
{{- end -}}

{{/* A Service; takes root, label, name and component. Metrics have no port here: they are scraped from the pods and never routed. */}}
{{- define "toolbridge.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "toolbridge.labels" (dict "root" .root "component" .label) | nindent 4 }}
spec:
  selector:
    {{- include "toolbridge.selector" (dict "root" .root "component" .label) | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http, appProtocol: http}
{{- end -}}

{{/* Settings as a ConfigMap; takes root, component and settings. */}}
{{- define "toolbridge.config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "toolbridge.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "toolbridge.labels" (dict "root" .root "component" .component) | nindent 4 }}
data:
  {{- .settings | nindent 2 }}
{{- end -}}

{{/* How many pods there may be; takes root, component and values. */}}
{{- define "toolbridge.scaling" -}}
{{- $name := printf "%s-%s" (include "toolbridge.fullname" .root) .component -}}
{{- if .values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "toolbridge.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $name }}
  minReplicas: {{ .values.autoscaling.min }}
  maxReplicas: {{ .values.autoscaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .values.autoscaling.cpu }}
    {{- with .values.autoscaling.requestsInFlight }}
    - type: Pods
      pods:
        metric:
          name: tb_http_requests_in_flight
        target:
          type: AverageValue
          averageValue: {{ . | quote }}
    {{- end }}
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
{{- end }}
{{- if or .values.autoscaling.enabled (gt (int .values.replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "toolbridge.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "toolbridge.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
