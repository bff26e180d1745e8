package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// The routes that exchange a token for another, and the keys by which others verify what comes out of it.
package struct ExchangeRoutes: Sendable {
    private let exchange: TokenExchange?
    private let keys: Answer
    private let answered: @Sendable (_ status: Int) -> Void

    /// - Parameters:
    ///   - exchange: nil where tokens aren't exchanged: then a proper request is told that there is no key.
    ///   - answered: Told of each exchange, with the status of its answer.
    package init(
        _ exchange: TokenExchange? = nil,
        keys: PublishedKeys = .none,
        answered: @escaping @Sendable (_ status: Int) -> Void = { _ in }
    ) {
        self.exchange = exchange
        self.answered = answered
        self.keys = .json(.ok, keys.document, headers: [.cacheControl: "max-age=300", .accessControlAllowOrigin: "*"])
    }

    package var all: [Route<Caller>] {
        [
            Route(
                .only(.post),
                BearerRoute.exchange.rawValue,
                label: BearerRoute.exchange.rawValue,
                limits: .auth,
                mayTakeLong: true,
                describe: { .exchangeToken },
                .authenticated { request, caller in try await counted { try await bearerExchange(request, caller) } }
            ),
            Route(
                .only(.post),
                "/oauth/token",
                label: "/oauth/token",
                bodyLimit: 65_536,
                limits: .auth,
                mayTakeLong: true,
                describe: { .token },
                .judged { request in await formExchange(request) }
            ),
            Route(.only(.get), "/.well-known/jwks.json", label: "/.well-known/jwks.json", describe: { .keys }, .open { _ in keys }),
        ]
    }

    private func counted(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            let answer = try await body()
            answered(answer.status.code)
            return answer
        } catch {
            answered((error as? Problem)?.status.code ?? 500)
            throw error
        }
    }

    // MARK: /auth/token-exchange

    /// The older route, whose subject token is the bearer token.
    ///
    /// It can't find out which client asks.
    private func bearerExchange(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        if exchange?.clients.areRequired == true {
            throw Problem(
                .forbidden,
                "exchange_client_required",
                "clients must authenticate: use POST /oauth/token",
                headers: Self.unstored
            )
        }
        let audience = try await refusing { try ExchangeRequest.audience(json: try request.payload().object) }
        guard let exchange else { throw Self.problem(.unavailable) }
        // Only verified tokens come here wherever there is an exchange.
        guard let profile = caller.profile else { throw Self.problem(.grant("only tokens of the identity provider are exchanged")) }
        do throws(ExchangeFault) {
            let token = try exchange.exchange(
                VerifiedToken(principal: caller.principal, profile: profile),
                for: TokenExchange.Request(targets: [audience])
            )
            return Self.answer(token, scope: nil)
        } catch {
            throw Self.problem(error)
        }
    }

    private static func problem(_ fault: ExchangeFault) -> Problem {
        var headers = unstored
        if fault == .unverifiable { headers[.retryAfter] = "1" }
        return Problem(fault.isTemporary ? .serviceUnavailable : .badRequest, fault.code, fault.text, headers: headers)
    }

    // MARK: /oauth/token

    /// Token exchange (RFC 8693) with errors as OAuth has them (RFC 6749, § 5.2).
    private func formExchange(_ request: IncomingRequest) async -> Route<Caller>.Verdict {
        do throws(OAuthRefusal) {
            let form = try FormBody(request)
            let client = try exchange?.clients.client(of: form, request.header(.authorization))
            let wanted = try ExchangeRequest(form: form)
            guard let exchange else { throw OAuthRefusal(.unavailable) }
            let subject = try await Self.subject(of: wanted, exchange)
            return .accepted(LimitKey(subject: subject.principal.subject)) {
                try await counted {
                    do throws(OAuthRefusal) {
                        return try Self.answer(to: wanted, of: subject, by: client, exchange)
                    } catch {
                        return error.answer(correlationID: request.correlationID)
                    }
                }
            }
        } catch {
            let answer = error.answer(correlationID: request.correlationID)
            answered(answer.status.code)
            return .refused(answer)
        }
    }

    private static func subject(of wanted: ExchangeRequest, _ exchange: TokenExchange) async throws(OAuthRefusal) -> VerifiedToken {
        do throws(ExchangeFault) {
            return try await exchange.subject(of: wanted.subjectToken)
        } catch {
            throw OAuthRefusal(error)
        }
    }

    private static func answer(
        to wanted: ExchangeRequest,
        of subject: VerifiedToken,
        by client: String?,
        _ exchange: TokenExchange
    ) throws(OAuthRefusal) -> Answer {
        do throws(ExchangeFault) {
            let request = TokenExchange.Request(targets: wanted.targets, scope: wanted.scope, client: client)
            let token = try exchange.exchange(subject, for: request)
            return answer(token, scope: wanted.isAnswered(by: token) ? nil : token.scopes.joined(separator: " "))
        } catch {
            throw OAuthRefusal(error)
        }
    }

    // MARK: Answers

    private static func answer(_ token: ExchangedToken, scope: String?) -> Answer {
        var writer = JSONWriter(reserving: 1024)
        writer.object { writer in
            writer.member("access_token", token.token)
            writer.member("issued_token_type", ExchangeRequest.accessToken)
            writer.member("token_type", "Bearer")
            writer.member("expires_in", token.expiresIn)
            if let scope { writer.member("scope", scope) }
        }
        return .json(.ok, writer.bytes, headers: unstored)
    }

    private static let unstored: HTTPFields = [.cacheControl: "no-store"]
}
