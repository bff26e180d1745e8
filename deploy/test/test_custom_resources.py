"""Objects of operators, whose structure `kubernetes-validate` doesn't know: against JSON schemas of the parts that are used."""

import jsonschema
import pytest
from conftest import RENDERINGS, objects

NAME = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"}
DURATION = {"type": "string", "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$"}
LABELS = {"type": "object", "additionalProperties": {"type": "string"}}


def closed(required=(), **properties):
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def several(items, least=1):
    return {"type": "array", "minItems": least, "items": items}


PATH = closed(["type", "value"], type={"enum": ["Exact", "PathPrefix"]}, value={"type": "string", "pattern": "^/"})
RULE = closed(
    ["matches", "timeouts", "backendRefs"],
    matches=several(closed(["path"], path=PATH, method={"enum": ["GET", "POST", "DELETE"]})),
    # 0 is no limit. Whoever adds one ends event streams.
    timeouts=closed(["request"], request={"const": "0s"}),
    backendRefs=several(closed(["name", "port"], name=NAME, port={"type": "integer", "minimum": 1, "maximum": 65535})),
)
SPECS = {
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): closed(
        ["parentRefs", "hostnames", "rules"],
        parentRefs=several(closed(["name"], name=NAME, namespace=NAME, sectionName=NAME)),
        hostnames=several(NAME),
        rules=several(RULE),
    ),
    ("gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy"): closed(
        ["targetRefs", "timeout", "retry"],
        targetRefs=several(closed(["group", "kind", "name"], group={"const": "gateway.networking.k8s.io"}, kind={"const": "HTTPRoute"}, name=NAME)),
        timeout=closed(["http"], tcp=closed(connectTimeout=DURATION), http=closed(["requestTimeout"], requestTimeout={"const": "0s"}, connectionIdleTimeout=DURATION)),
        # Without retryOn Envoy Gateway would repeat after a 503 as well.
        retry=closed(["numRetries", "retryOn"], numRetries={"type": "integer"}, retryOn=closed(["triggers"], triggers=several({"enum": ["connect-failure", "refused-stream"]}))),
    ),
    ("cert-manager.io/v1", "Certificate"): closed(
        ["secretName", "issuerRef", "dnsNames"],
        secretName=NAME,
        issuerRef=closed(["name", "kind"], group={"const": "cert-manager.io"}, name=NAME, kind={"enum": ["Issuer", "ClusterIssuer"]}),
        privateKey=closed(algorithm={"enum": ["RSA", "ECDSA", "Ed25519"]}, size={"type": "integer"}, rotationPolicy={"enum": ["Always", "Never"]}),
        dnsNames=several(NAME),
    ),
    ("postgresql.cnpg.io/v1", "Cluster"): closed(
        ["instances", "storage", "bootstrap"],
        instances={"type": "integer", "minimum": 1},
        bootstrap=closed(["initdb"], initdb=closed(["database", "owner"], database=NAME, owner=NAME, encoding={"const": "UTF8"})),
        storage=closed(["size"], size={"type": "string", "pattern": "^[0-9]+[KMGT]i$"}, storageClass=NAME),
    ),
    ("external-secrets.io/v1", "ExternalSecret"): closed(
        ["secretStoreRef", "target", "dataFrom"],
        refreshInterval=DURATION,
        secretStoreRef=closed(["name", "kind"], name=NAME, kind={"enum": ["SecretStore", "ClusterSecretStore"]}),
        target=closed(["name"], name=NAME, creationPolicy={"const": "Owner"}),
        dataFrom=several(closed(["extract"], extract=closed(["key"], key={"type": "string", "minLength": 1}))),
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): closed(
        ["selector", "endpoints"],
        selector=closed(["matchLabels"], matchLabels=LABELS),
        endpoints=several(closed(["port"], port=NAME, path={"type": "string", "pattern": "^/"}, interval=DURATION)),
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): closed(
        ["groups"],
        groups=several(
            closed(
                ["name", "rules"],
                name={"type": "string"},
                interval=DURATION,
                rules=several(closed(["expr"], record={"type": "string"}, alert={"type": "string"}, expr={"type": "string"}, **{"for": DURATION}, labels=LABELS, annotations=LABELS)),
            )
        ),
    ),
}
KUBERNETES = ("v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1")


def custom() -> list:
    return [pytest.param(item, id=f"{name}-{item['kind']}-{item['metadata']['name']}") for name, text in RENDERINGS.items() for item in objects(text()) if item["apiVersion"] not in KUBERNETES]


CASES = custom()


@pytest.mark.parametrize("item", CASES)
def test_has_the_structure_that_its_operator_reads(item):
    jsonschema.validate(item["spec"], SPECS[item["apiVersion"], item["kind"]])


def test_each_kind_is_made_by_some_set_of_values():
    assert {(case.values[0]["apiVersion"], case.values[0]["kind"]) for case in CASES} == set(SPECS)


@pytest.mark.parametrize("name", RENDERINGS)
def test_routes_lead_to_services_that_are_there(name):
    items = objects(RENDERINGS[name]())
    services = {item["metadata"]["name"] for item in items if item["kind"] == "Service"}
    backends = set()
    for item in items:
        if item["kind"] == "HTTPRoute":
            backends |= {reference["name"] for rule in item["spec"]["rules"] for reference in rule["backendRefs"]}
        if item["kind"] == "Ingress":
            backends |= {path["backend"]["service"]["name"] for rule in item["spec"]["rules"] for path in rule["http"]["paths"]}
    assert backends <= services
    if name in ("chart-gateway", "chart-ingress", "overlay-production"):
        assert backends == {"toolbridge-api", "toolbridge-mcp", "toolbridge-mcp-sse"}


@pytest.mark.parametrize("name", ["chart-gateway", "overlay-production"])
def test_a_post_to_sse_may_go_anywhere_and_a_stream_only_to_its_process(name):
    (route,) = [item for item in objects(RENDERINGS[name]()) if item["kind"] == "HTTPRoute" and item["metadata"]["name"] == "toolbridge-mcp"]
    own, rest = route["spec"]["rules"]
    assert own["matches"] == [{"path": {"type": "Exact", "value": "/sse"}, "method": "GET"}, {"path": {"type": "PathPrefix", "value": "/messages"}}]
    assert own["backendRefs"][0]["name"] == "toolbridge-mcp-sse"
    assert rest["backendRefs"][0]["name"] == "toolbridge-mcp"


def test_an_ingress_leaves_streams_alone():
    for item in objects(RENDERINGS["chart-ingress"]()):
        if item["kind"] == "Ingress":
            annotations = {key.rsplit("/", 1)[1]: value for key, value in item["metadata"]["annotations"].items()}
            assert annotations["proxy-buffering"] == "off" and int(annotations["proxy-read-timeout"]) >= 3600
            assert "http_503" not in annotations["proxy-next-upstream"] and "non_idempotent" not in annotations["proxy-next-upstream"]


def test_the_monitor_finds_the_service_of_metrics():
    items = objects(RENDERINGS["chart-api-only"]())
    (monitor,) = [item for item in items if item["kind"] == "ServiceMonitor"]
    found = [item for item in items if item["kind"] == "Service" and monitor["spec"]["selector"]["matchLabels"].items() <= item["metadata"]["labels"].items()]
    assert [item["metadata"]["name"] for item in found] == ["toolbridge-metrics"]
    assert found[0]["spec"]["ports"][0]["name"] == monitor["spec"]["endpoints"][0]["port"]
