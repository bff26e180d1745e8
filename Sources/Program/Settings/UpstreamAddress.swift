package import APIClient
import Auth

/// An API as settings name it: where tokens are sent.
///
/// Tokens travel by TLS, but for loopback, and for names that only a private network has: a cluster's services are reached so.
package struct UpstreamAddress: Sendable, Equatable {
    /// As it was set, without the slash at its end.
    package let url: String
    package let address: APIAddress
    /// Whether tokens leave this machine without TLS.
    package let isPlain: Bool

    package static let standard = UpstreamAddress("http://localhost:8080")

    /// - Returns: nil for what isn't safe to send tokens to.
    package init?(_ text: String) {
        var text = text[...]
        while text.last == "/" { text = text.dropLast() }
        guard text.utf8.count <= 2048, let address = APIAddress(String(text)) else { return nil }
        let isLocal = WebAddress.isLoopback(host: address.host)
        guard address.isSecure || isLocal || Self.isPrivateName(address.host) else { return nil }
        url = String(text)
        self.address = address
        isPlain = !address.isSecure && !isLocal
    }

    /// Whether no public name server can know a name: it has no dot, or an ending that is set apart for private networks.
    private static func isPrivateName(_ host: String) -> Bool {
        let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, let first = last.utf8.first, !labels.contains(where: \.isEmpty), !host.contains(":") else {
            return false
        }
        // A number is an IPv4 address, however it is written.
        guard !(0x30...0x39).contains(first) else { return false }
        return labels.count == 1 || last == "internal" || last == "svc" || labels.suffix(3).elementsEqual(["svc", "cluster", "local"])
    }
}

extension ExchangeClientCredentials {
    /// Reads `id:secret`; the secret may have colons of its own.
    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, SettingForm.isWord(String(parts[0])), !parts[1].isEmpty else { return nil }
        self.init(id: String(parts[0]), secret: Secret(String(parts[1])))
    }
}
