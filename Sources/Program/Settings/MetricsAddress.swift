/// Where metrics are served, if at all.
package enum MetricsAddress: Sendable, Equatable {
    case off
    case at(ListenAddress)

    package static let standard = MetricsAddress.at(ListenAddress(host: "127.0.0.1", port: 9091))

    /// Reads an address, or `off`.
    package init?(text: String) {
        if text.utf8.elementsEqual("off".utf8) {
            self = .off
        } else {
            guard let address = ListenAddress(text: text) else { return nil }
            self = .at(address)
        }
    }
}
