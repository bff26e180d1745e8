import Auth
import Testing

/// The test vectors of the identity contract, § 4.5.
enum TenantVectors {
    struct First: Sendable, CustomTestStringConvertible {
        let key: String
        let tenant: String
        let timestamp: String
        let signature: String

        var testDescription: String { "\(tenant) at \(timestamp)" }
    }

    static let v1 = [
        First(
            key: "test-secret",
            tenant: "tenant_b2c_default",
            timestamp: "1730635200000",
            signature: "2741854cc00d302f44abbf2adabcd481b110a93c7c58da0d0e2568a69ffffc53"
        ),
        First(
            key: "test-secret",
            tenant: "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3",
            timestamp: "1730635200123",
            signature: "9ced85af55bd59d91b072a517b986850bc6ad9986282e992635e467f94a69b86"
        ),
        First(
            key: "c2VjcmV0LXRoYXQtbG9va3MtbGlrZS1iYXNlNjQ=",
            tenant: "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3",
            timestamp: "1764000000123",
            signature: "80a9ccd94bf3ea095566317bef410ba8b087a7ce64e303acbc6290310fd12e03"
        ),
        First(
            key: "pässwörd-ünïcode-0123456789abcdef",
            tenant: "tenant.a:b-c_d",
            timestamp: "1764000000123",
            signature: "a0f0f1c1b34d2b683b0a0be08622358c90a4909bb63db9aaf37944f7988bb1a0"
        ),
        First(
            key: "x",
            tenant: "t",
            timestamp: "1764000000000",
            signature: "b09552a3f50ec18a3d5cc1ff18c14e2553d20ed2b674ad326f8289d347ead927"
        ),
        First(
            key: String(repeating: "k", count: 80),
            tenant: "tenant_b2c_default",
            timestamp: "1893456000000",
            signature: "ae9fd425f805b88f7cb748ab71eedd7dc2f57c977883313a3ca67ba0d480de7c"
        ),
    ]

    struct Second: Sendable, CustomTestStringConvertible {
        let number: UInt8
        let keyID: String
        let timestamp: String
        let nonce: String
        let tenant: String
        let method: String
        let target: String
        var hasAuthorization = true
        var body = ""
        let signature: String

        var request: SignedRequest {
            SignedRequest(
                method: method,
                target: target,
                authorization: hasAuthorization ? TenantVectors.authorization : nil,
                tenant: tenant,
                timestamp: timestamp,
                nonce: nonce,
                signature: "v2;k=\(keyID);s=\(signature)",
                body: { [body] in Array(body.utf8) }
            )
        }

        var time: Int64 { Int64(timestamp) ?? 0 }
        var testDescription: String { "\(number)" }
    }

    static let authorization = "Bearer header.payload.signature"
    static let ring = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
    private static let organization = "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"

    static let v2 = [
        Second(
            number: 1,
            keyID: "k1",
            timestamp: "1764000000123",
            nonce: "AQEBAQEBAQEBAQEBAQEBAQ",
            tenant: organization,
            method: "GET",
            target: "/v1/notes?limit=50&order=desc",
            signature: "-XRlpM9lTvu0ltUZWwkfUz1RMtca2RzmbGqZYC0Fcv8"
        ),
        Second(
            number: 2,
            keyID: "k1",
            timestamp: "1764000000123",
            nonce: "AgICAgICAgICAgICAgICAg",
            tenant: organization,
            method: "POST",
            target: "/v1/notes",
            body: #"{"title":"Hello","content":"World"}"#,
            signature: "a28CocbjhZfQosjt5fX2939J-Wl7N-_OS5GH5beYnug"
        ),
        Second(
            number: 3,
            keyID: "k2",
            timestamp: "1764000000123",
            nonce: "AwMDAwMDAwMDAwMDAwMDAw",
            tenant: "tenant_b2c_default",
            method: "PATCH",
            target: "/v1/tasks/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
            body: #"{"title":"Grüße 😀"}"#,
            signature: "8ryrlzs0owsawDoId9v3dx0VpPE-E9c6S_wC6HPQo3A"
        ),
        Second(
            number: 4,
            keyID: "k2",
            timestamp: "1764000000123",
            nonce: "BAQEBAQEBAQEBAQEBAQEBA",
            tenant: "tenant.a:b-c_d",
            method: "DELETE",
            target: "/v1/chat_messages/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
            signature: "-SttF9POdGaWBnTX442azoGJu67n-bit3EG-7YAbYsI"
        ),
        Second(
            number: 5,
            keyID: "k1",
            timestamp: "1764000000999",
            nonce: "BQUFBQUFBQUFBQUFBQUFBQ",
            tenant: "tenant_b2c_default",
            method: "GET",
            target: "/v1/notes?",
            signature: "tmLZgwmaz5IbCwoRmLPH-i-I-EKK5n2oaG_pF9sgRdk"
        ),
        Second(
            number: 6,
            keyID: "k1",
            timestamp: "1764000000999",
            nonce: "BgYGBgYGBgYGBgYGBgYGBg",
            tenant: "tenant_b2c_default",
            method: "GET",
            target: "/v1/sync/notes/pull?cursor=a%2Fb%2Bc&limit=10&limit=20",
            hasAuthorization: false,
            signature: "bQU2ASJsAA0UbIrghr3cbXTcNKORq9OMolE-8-4OIxI"
        ),
        Second(
            number: 7,
            keyID: "default",
            timestamp: "1764000000123",
            nonce: "BwcHBwcHBwcHBwcHBwcHBw",
            tenant: "tenant_b2c_default",
            method: "POST",
            target: "/v1/sync/notes/push",
            body: #"{"items":[]}"# + "\n",
            signature: "JFtzqDP9aPqPmXU2QJ2E5mNdJlyFwX8iuNSGxE587AM"
        ),
    ]
}
