/// The two ways of talking: with a handshake, or with an envelope in each message.
enum Era {
    case legacy, modern

    private static let modernMethods = ["server/discover", "subscriptions/listen", "tasks/update"]

    /// The era of one message, from the message itself; the connection's past doesn't count (ER1–ER4).
    ///
    /// - Parameter versions: The values of the version header, trimmed; empty on stdio.
    init(of message: Message, versions: [String]) {
        guard message.kind != .response else {
            self.init(versions: versions)
            return
        }
        if message.hasEnvelope {
            self = .modern
        } else if message.method.sameBytes("initialize") {
            self = .legacy
        } else if Era.modernMethods.contains(where: { $0.sameBytes(message.method) }) {
            self = .modern
        } else {
            self.init(versions: versions)
        }
    }

    /// The era of what has no envelope: responses, GET, DELETE (ER2).
    init(versions: [String]) {
        self = versions.allSatisfy { Revision($0)?.isLegacy == true } ? .legacy : .modern
    }
}
