import ToolBridge

/// One thing that is asked of the API, before it is known with which token and session.
struct APICall: Sendable {
    let operation: UpstreamEvent.Operation
    let method: String
    /// Behind the base path, query included.
    let target: String
    var contentType: String?
    var ifMatch: String?
    /// The epoch that the caller demands; the API's is taken where there is none.
    var epoch: Int64?
    var body: [UInt8] = []
    /// Whether its owner's tenant is sent, and proved.
    var provesTenant = true
    /// Whether an `Idempotency-Key` goes along.
    var takesKey = false
    /// Whether it goes on within a sync session when the API wants one.
    var takesSession = false
    /// Ends with ``APICallEnd/sessionMade`` instead of going on when the API turns out to want sessions: it must be made anew for such an API.
    var endsWithSession = false

    init(_ operation: UpstreamEvent.Operation, _ method: String, _ target: String, body: [UInt8] = []) {
        self.operation = operation
        self.method = method
        self.target = target
        self.body = body
        if !body.isEmpty { contentType = "application/json" }
    }

    /// Whether it may be sent again whatever became of it.
    var isSafe: Bool { method == "GET" }
}

/// What became of a call.
enum APICallEnd: Sendable {
    /// 2xx.
    case answered(APIResponse)
    case refused(APIRefusal)
    /// Nothing was done, but now there is a session.
    case sessionMade

    /// - Throws: What was refused.
    func response() throws(ItemError) -> APIResponse {
        switch self {
        case .answered(let response): return response
        case .refused(let refusal): throw refusal.error
        case .sessionMade: throw .sessionRequired
        }
    }
}
