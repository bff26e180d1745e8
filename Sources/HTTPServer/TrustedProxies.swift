/// Which proxies are believed when they say for whom they ask (T-7).
///
/// What anyone else says about it is ignored.
package enum TrustedProxies: Sendable, Equatable {
    /// Proxies in these networks, which append to `X-Forwarded-For`.
    case networks([IPNetwork])
    /// Fly's proxy, which sets `Fly-Client-IP`; the last address of its `X-Forwarded-For` is our own.
    case fly

    /// `fly`, or networks and addresses separated by commas, such as `10.0.0.0/8,fd00::/8,192.0.2.7`; nil for anything else.
    package init?(text: String) {
        if text.utf8.elementsEqual("fly".utf8) {
            self = .fly
            return
        }
        var networks: [IPNetwork] = []
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let network = IPNetwork(String(decoding: RequestHead.trim(Array(part)[...]), as: UTF8.self)) else { return nil }
            networks.append(network)
        }
        self = .networks(networks)
    }

    /// The address of the client that a request comes from.
    ///
    /// A proxy that says nothing, or nothing that can be read, stands for itself.
    ///
    /// - Parameter peer: The socket's other end.
    package func client(of head: RequestHead, from peer: IPAddress) -> IPAddress {
        guard trusts(peer) else { return peer }
        switch self {
        case .networks: return forwarded(head, peer)
        case .fly: return head.onlyValue("fly-client-ip").flatMap { IPAddress(head.bytes[$0.range]) } ?? peer
        }
    }

    private func trusts(_ address: IPAddress) -> Bool {
        switch self {
        case .networks(let networks): networks.contains { $0.contains(address) }
        case .fly: Self.flyNetwork?.contains(address) == true
        }
    }

    /// From the nearest hop back to the first that isn't ours: what stands before it is the client's own word.
    private func forwarded(_ head: RequestHead, _ peer: IPAddress) -> IPAddress {
        var client = peer
        for value in head.values("x-forwarded-for").reversed() {
            for part in head.bytes[value.range].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard let hop = Self.hop(RequestHead.trim(part)) else { return client }
                client = hop
                guard trusts(hop) else { return client }
            }
        }
        return client
    }

    /// An address as proxies write it: some add the port, and brackets to IPv6.
    private static func hop(_ text: ArraySlice<UInt8>) -> IPAddress? {
        let colon = UInt8(ascii: ":")
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let port = text[(end + 1)...]
            return port.isEmpty || port.first == colon ? IPAddress(text[(text.startIndex + 1)..<end]) : nil
        }
        guard let first = text.firstIndex(of: colon), text.lastIndex(of: colon) == first else { return IPAddress(text) }
        return IPAddress(text[..<first])
    }

    /// The addresses from which Fly's proxy reaches a machine; its private network, where neighbours are, has IPv6 alone.
    private static let flyNetwork = IPNetwork("172.16.0.0/12")
}

extension RequestHead {
    /// Without spaces and tabs at its ends.
    static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
