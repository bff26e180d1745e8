"""What a server's metrics endpoint shows, read by Prometheus' own library."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from .polling import until
from .program import Server

# Takes a free port; tests' servers have none otherwise.
ANYWHERE = {"TOOLBRIDGE_METRICS_ADDR": "127.0.0.1:0"}


@dataclass
class Scrape:
    """One answer of `/metrics`."""

    text: str

    def __post_init__(self):
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        self.samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value for family in self.families.values() for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """A sample's value; one that isn't shown has counted nothing."""
        return self.samples.get((name, *sorted(labels.items())), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """The sum over all samples that have these labels."""
        return sum(value for (found, *pairs), value in self.samples.items() if found == name and labels.items() <= dict(pairs).items())


class Metrics:
    """A server's own port for those who watch it."""

    def __init__(self, server: Server):
        found = until(lambda: [line for line in server.lines() if line["msg"] == "metrics listening"], 10, "the metrics' address")
        self.address = found[-1]["fields"]["url"].removesuffix("/metrics")

    def get(self, target: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(self.address + target, method=method), timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def scrape(self) -> Scrape:
        status, _, body = self.get("/metrics")
        assert status == 200
        return Scrape(body.decode())

    def verbose(self) -> tuple[int, dict]:
        status, _, body = self.get("/readyz?verbose")
        return status, json.loads(body)
