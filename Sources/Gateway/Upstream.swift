import APIClient
import Auth
import Observability
import Program
import Synchronization
import ToolBridge

/// The API, and all that a call of it needs: its client, tokens, tenants.
struct Upstream: Sendable {
    let client: APIClient
    let items: GatewayItems
    let tokens: UpstreamTokens
    let tenants: UpstreamTenants
    private let tokenClient: APIClient?
    private let contact: Contact

    init(_ settings: GatewaySettings, _ clocks: Clocks, _ observations: Observations) {
        let contact = Contact()
        let report: @Sendable (UpstreamEvent) -> Void = { event in
            contact.note(event)
            if event.opensSession { observations.record(.apiSessionOpened) }
            observations.record(.upstream(UpstreamObservation(event)))
        }
        let agent = "toolbridge/\(Version.current)"
        let client = APIClient(
            APISettings(
                basePath: settings.api.address.path,
                tenants: settings.signer,
                maximumSkew: settings.maximumSkew,
                userAgent: agent
            ),
            transport: HTTPClientTransport(settings.api.address),
            clocks: clocks,
            report: report
        )
        let tokenClient = settings.tokenEndpoint.map { endpoint in
            var token = APISettings(userAgent: agent)
            token.tokenPath = endpoint.address.path
            return APIClient(token, transport: HTTPClientTransport(endpoint.address), clocks: clocks, report: report)
        }
        let tokens = UpstreamTokens(Self.source(settings, tokenClient ?? client), clocks: clocks)
        let tenants = UpstreamTenants(fixed: settings.fixedTenant, clocks: clocks) { caller in
            await Self.tenant(of: caller, client, tokens)
        }
        (self.client, self.tokenClient, self.tokens, self.tenants, self.contact) = (client, tokenClient, tokens, tenants, contact)
        items = GatewayItems(client, tokens, tenants)
    }

    private static func source(_ settings: GatewaySettings, _ client: APIClient) -> UpstreamTokens.Source {
        switch settings.auth {
        case .forward:
            guard settings.issuer != nil, let shared = settings.sharedToken else { return .forward(shared: settings.sharedToken) }
            return .shared(shared)
        case .exchange:
            let (audience, credentials) = (settings.apiAudience, settings.exchangeClient)
            return .exchange { token, origin in
                do throws(ItemError) {
                    return .success(try await client.exchange(token, for: audience, client: credentials, origin: origin))
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    /// Asks the API, once more with a fresh token if it refuses the first one.
    private static func tenant(
        of caller: GatewayCaller,
        _ client: APIClient,
        _ tokens: UpstreamTokens
    ) async -> Result<TenantAnswer, ItemError> {
        do throws(ItemError) {
            let missing = ItemError(.unauthorized, "this needs a token: the client sent none")
            guard let first = try await tokens.token(for: caller.token, caller.origin) else { throw missing }
            let refusal: ItemError
            do throws(ItemError) {
                return .success(try await client.tenant(first, origin: caller.origin))
            } catch {
                refusal = error
            }
            guard refusal.code == .unauthorized,
                let second = try await tokens.token(for: caller.token, caller.origin, refused: first),
                !second.reveal().utf8.elementsEqual(first.reveal().utf8)
            else { throw refusal }
            return .success(try await client.tenant(second, origin: caller.origin))
        } catch {
            return .failure(error)
        }
    }

    /// Whether the API answered when it was asked last; where that was a failure or never, it is asked now.
    func isHealthy() async -> Bool {
        if contact.isGood { return true }
        return await client.health()
    }

    /// What the API is: one that wants sessions, or has only the older way to exchange tokens, is the predecessor's.
    var kind: String { contact.isCompatible || client.isPredecessor ? "compatible" : "toolbridge" }

    func shutdown() async {
        await tokenClient?.shutdown()
        await client.shutdown()
    }
}

/// How the last request to the API ended.
private final class Contact: Sendable {
    private let good = Atomic(false)
    private let compatible = Atomic(false)

    /// Whether the API has ever made a session.
    var isCompatible: Bool { compatible.load(ordering: .relaxed) }
    var isGood: Bool { good.load(ordering: .relaxed) }

    func note(_ event: UpstreamEvent) {
        if event.fault == .cancelled { return }
        if event.opensSession { compatible.store(true, ordering: .relaxed) }
        good.store(event.status.map { $0 < 500 } ?? false, ordering: .relaxed)
    }
}

extension UpstreamEvent {
    /// Whether the API has made a session for somebody.
    fileprivate var opensSession: Bool { operation == .session && status.map { (200..<300).contains($0) } ?? false }
}
