import HTTPServer

/// The routes on tokens themselves.
extension OperationDescription {
    static var tenant: OperationDescription {
        OperationDescription(
            "getTenant",
            tag: tag,
            "The caller's tenant",
            text: "Whoever belongs to several organizations gets their list, and names one of them in `X-TB-Tenant-ID` from then on.",
            answers: [
                .init(
                    200,
                    "The tenant, or those among which to choose.",
                    [
                        .init(
                            schema: #"""
                                {"type":"object","required":["tenant_id","requires_selection"],"properties":{
                                "tenant_id":{"type":"string"},"organization_name":{"type":"string"},
                                "organizations":{"type":"array","items":{"type":"object","required":["id","name"],"properties":{
                                "id":{"type":"string"},"name":{"type":"string"}}}},"requires_selection":{"type":"boolean"}}}
                                """#
                        )
                    ]
                )
            ],
            refusals: ["tenant_resolution_unconfigured", "identity_provider_unavailable"]
        )
    }

    static var exchangeToken: OperationDescription {
        let schema = #"""
            {"type":"object","required":["grant_type","audience"],"properties":{
            "grant_type":{"const":"\#(grantType)"},"audience":{"type":"string","minLength":1}}}
            """#
        return OperationDescription(
            "exchangeBearerToken",
            tag: tag,
            "Exchange the bearer token",
            text:
                "For older clients; `POST /oauth/token` does the same by the standard. Where clients must authenticate, this route refuses all.",
            body: BodyDescription([.init(schema: schema, example: #"{"grant_type":"\#(grantType)","audience":"https://example.com"}"#)]),
            answers: [.init(200, "The new token.", [.init(schema: issuedToken())], headers: [unstored])],
            refusals: [
                "invalid_json", "invalid_payload", "unsupported_grant_type", "invalid_target", "invalid_grant", "exchange_client_required",
                "exchange_unavailable", "identity_provider_unavailable",
            ]
        )
    }

    static var token: OperationDescription {
        let schema = #"""
            {"type":"object","required":["grant_type","subject_token","subject_token_type"],"properties":{
            "grant_type":{"const":"\#(grantType)"},"subject_token":{"type":"string","minLength":1},
            "subject_token_type":{"enum":["\#(tokenType)","urn:ietf:params:oauth:token-type:jwt"]},
            "requested_token_type":{"const":"\#(tokenType)"},"resource":{"type":"string"},
            "audience":{"type":"string"},"scope":{"type":"string"},"client_id":{"type":"string"},"client_secret":{"type":"string"}},
            "additionalProperties":{"type":"string"},
            "anyOf":[{"required":["resource"],"properties":{"resource":{"minLength":1}}},
            {"required":["audience"],"properties":{"audience":{"minLength":1}}}]}
            """#
        return OperationDescription(
            "exchangeToken",
            tag: tag,
            "Exchange a token",
            text:
                "OAuth's token exchange (RFC 8693): a token that an application got for a user becomes one that this API takes, with no more scopes "
                + "and no longer life. Clients authenticate by HTTP Basic, or by `client_id` and `client_secret` in the form, where the "
                + "installation demands it. Refusals have OAuth's `error` and `error_description`.",
            body: BodyDescription([.init("application/x-www-form-urlencoded", schema: schema)]),
            answers: [
                .init(
                    200,
                    "The new token; `scope` where its scopes aren't those that were asked for.",
                    [.init(schema: issuedToken(#","scope":{"type":"string"}"#))],
                    headers: [unstored]
                )
            ],
            refusals: [
                "unsupported_grant_type", "invalid_target", "invalid_grant", "invalid_scope", "invalid_client", "unsupported_media_type",
                "rate_limited", "exchange_unavailable", "identity_provider_unavailable",
            ]
        )
    }

    private static func issuedToken(_ further: String = "") -> String {
        #"""
        {"type":"object","required":["access_token","issued_token_type","token_type","expires_in"],"properties":{
        "access_token":{"type":"string"},"issued_token_type":{"const":"\#(tokenType)"},"token_type":{"const":"Bearer"},
        "expires_in":{"type":"integer","minimum":1}\#(further)}}
        """#
    }

    private static let unstored = HeaderDescription(
        "Cache-Control",
        isRequired: true,
        "A token is stored nowhere.",
        schema: #"{"const":"no-store"}"#
    )

    static var keys: OperationDescription {
        OperationDescription(
            "getKeys",
            tag: tag,
            "Public keys of exchanged tokens",
            answers: [
                .init(
                    200,
                    "A JSON Web Key Set (RFC 7517).",
                    [
                        .init(
                            schema: #"{"type":"object","required":["keys"],"properties":{"keys":{"type":"array"}}}"#,
                            example: #"{"keys":[]}"#
                        )
                    ]
                )
            ]
        )
    }

    private static let tag = "Identity"
    private static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let tokenType = "urn:ietf:params:oauth:token-type:access_token"
}
