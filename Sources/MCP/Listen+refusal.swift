extension Listen {
    /// The error that answers it on stdio when there are too many, or when nobody can say what may be watched (SB5).
    ///
    /// - Parameter correlationID: Leads to the log.
    public func refusal(correlationID: String) -> [UInt8] {
        MCPError.internalError(correlationID: correlationID).response(to: .request(id))
    }
}
