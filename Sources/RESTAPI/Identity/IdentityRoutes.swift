package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// The routes that turn a token into a tenant or another token, as far as they need no identity provider.
package struct IdentityRoutes: Sendable {
    private let tenant: Organization

    /// - Parameter tenant: The one tenant of a single-tenant installation.
    package init(tenant: Organization) {
        self.tenant = tenant
    }

    package var all: [Route<Caller>] {
        [
            Route(
                .only(.get),
                BearerRoute.tenant.rawValue,
                label: BearerRoute.tenant.rawValue,
                limits: .auth,
                describe: { .tenant },
                .authenticated { _, _ in resolvedTenant }
            ),
            Route(
                .only(.post),
                BearerRoute.exchange.rawValue,
                label: BearerRoute.exchange.rawValue,
                limits: .auth,
                describe: { .exchangeToken },
                .authenticated { request, _ in
                    try await refusing { try ExchangeRequest.check(json: try request.payload().object) }
                    throw Problem(.serviceUnavailable, "exchange_unavailable", ExchangeRequest.noKey, headers: [.cacheControl: "no-store"])
                }
            ),
            Route(
                .only(.post),
                "/oauth/token",
                label: "/oauth/token",
                bodyLimit: 65_536,
                limits: .auth,
                describe: { .token },
                .judged { request in .refused(exchange(request)) }
            ),
            Route(.only(.get), "/.well-known/jwks.json", label: "/.well-known/jwks.json", describe: { .keys }, .open { _ in Self.keys }),
        ]
    }

    private var resolvedTenant: Answer {
        var writer = JSONWriter(reserving: 128)
        writer.object { writer in
            writer.member("tenant_id", tenant.id)
            writer.member("organization_name", tenant.name)
            writer.member("requires_selection", false)
        }
        return .json(.ok, writer.bytes)
    }

    /// Token exchange (RFC 8693) with errors as OAuth has them (RFC 6749, § 5.2).
    private func exchange(_ request: IncomingRequest) -> Answer {
        let refusal: OAuthRefusal
        do throws(OAuthRefusal) {
            try ExchangeRequest.check(form: try FormBody(request))
            refusal = OAuthRefusal(.serviceUnavailable, "exchange_unavailable", ExchangeRequest.noKey)
        } catch {
            refusal = error
        }
        return refusal.answer(correlationID: request.correlationID)
    }

    /// The public keys of exchanged tokens: none while there is none to sign them with.
    private static let keys = Answer.json(
        .ok,
        Array(#"{"keys":[]}"#.utf8),
        headers: [.cacheControl: "max-age=300", .accessControlAllowOrigin: "*"]
    )
}
