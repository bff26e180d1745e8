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
            text: "Token exchange as the predecessor's clients ask for it. This version has no key to sign tokens with, and says so.",
            body: BodyDescription([.init(schema: schema, example: #"{"grant_type":"\#(grantType)","audience":"https://example.com"}"#)]),
            answers: [],
            refusals: ["invalid_json", "invalid_payload", "unsupported_grant_type", "exchange_unavailable"]
        )
    }

    static var token: OperationDescription {
        let schema = #"""
            {"type":"object","required":["grant_type","subject_token","subject_token_type"],"properties":{
            "grant_type":{"const":"\#(grantType)"},"subject_token":{"type":"string","minLength":1},
            "subject_token_type":{"enum":["\#(tokenType)","urn:ietf:params:oauth:token-type:jwt"]},
            "requested_token_type":{"const":"\#(tokenType)"},"resource":{"type":"string"},
            "audience":{"type":"string"}},"additionalProperties":{"type":"string"},
            "anyOf":[{"required":["resource"],"properties":{"resource":{"minLength":1}}},
            {"required":["audience"],"properties":{"audience":{"minLength":1}}}]}
            """#
        return OperationDescription(
            "exchangeToken",
            tag: tag,
            "Exchange a token",
            text: "OAuth's token exchange (RFC 8693). This version has no key to sign tokens with, and says so.",
            body: BodyDescription([.init("application/x-www-form-urlencoded", schema: schema)]),
            answers: [],
            refusals: ["unsupported_grant_type", "unsupported_media_type", "exchange_unavailable"]
        )
    }

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
