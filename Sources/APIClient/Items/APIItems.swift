package import ToolBridge

/// Items through an API, with somebody's credentials.
///
/// One call is one request on a connection that is open anyway. What the API refuses is refused in its words; what it can't be asked is
/// `unavailable`.
package struct APIItems: ItemService {
    let client: APIClient
    let credentials: APICredentials

    init(_ client: APIClient, _ credentials: APICredentials) {
        self.client = client
        self.credentials = credentials
    }

    /// The API remembers answers itself.
    package func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? { nil }

    /// Asks for something as the owner.
    ///
    /// - Throws: `unauthorized` if the credentials are another owner's: nobody is served by mistake.
    func perform(_ call: APICall, of owner: Owner) async throws(ItemError) -> APICallEnd {
        guard owner == credentials.owner else { throw ItemError(.unauthorized, "unauthorized") }
        return await client.perform(call, credentials)
    }
}
