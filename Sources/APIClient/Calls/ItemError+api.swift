import ToolBridge

extension ItemError {
    /// Nothing came back, and it may help to try again.
    ///
    /// - Parameter isWrite: Whether it may have been carried out all the same.
    static func noAnswer(_ fault: TransportFault, isWrite: Bool) -> ItemError {
        let doubt = isWrite ? "; whether it was done isn't known" : ""
        let text =
            switch fault {
            case .notSent: "the API can't be reached, try again"
            case .broken: "the connection to the API was lost\(doubt)"
            case .tooSlow: "the API took too long to answer\(doubt)"
            case .tooLarge: "the API's answer is too long"
            case .cancelled: "cancelled\(doubt)"
            }
        return ItemError(.unavailable, text, underlying: fault)
    }

    /// The API isn't asked at the moment.
    static var cut: ItemError { ItemError(.unavailable, "the API can't be reached, try again", underlying: TransportFault.notSent) }

    /// Something answered that isn't what the API answers.
    static var unreadableAnswer: ItemError { ItemError(.unavailable, "the API's answer can't be read") }

    /// An older API that lacks a route or a parameter.
    static func notOffered(_ what: String) -> ItemError {
        ItemError(.invalidRequest, "the API doesn't offer \(what)")
    }
}
