extension Session {
    /// What was negotiated on a connection that needs no token for it: a pipe, or a stream of 2024-11-05.
    init(of peer: Peer) {
        self.init(
            revision: peer.revision,
            clientCapabilities: peer.clientCapabilities,
            issued: 0,
            life: .max,
            number: SessionNumber(bytes: Array(repeating: 0, count: 16)),
            client: peer.client
        )
    }
}
