import Auth
import Crypto
import JWTKit
import ToolBridge

/// Tokens of one algorithm, and what verifies them.
struct Samples {
    let name: String
    let profile: TokenProfile
    let tokens: (BearerToken, BearerToken)
    let wrong: BearerToken
    let text: String
    let library: JWTKeyCollection

    static let issuer = "https://id.example.com"
    static let audience = "https://api.example.com"
    static let secret = "0123456789abcdef0123456789abcdef"

    func verifier(capacity: Int) -> TokenVerifier {
        TokenVerifier(profiles: [profile], clocks: Clocks(wall: { 1_764_000_000_000 }), capacity: capacity)
    }

    static func make() async throws -> [Self] {
        let rsa = try await SigningKey(pem: Secret(rsaKey), id: "a")
        let curve = try P256.Signing.PrivateKey(pemRepresentation: curveKey)
        let curvePublic = try await VerificationKey(pem: curve.publicKey.pemRepresentation, id: "e")
        let rsaLibrary = JWTKeyCollection()
        await rsaLibrary.add(rsa: try Insecure.RSA.PrivateKey(pem: rsaKey).publicKey, digestAlgorithm: .sha256, kid: "a")
        let curveLibrary = JWTKeyCollection()
        await curveLibrary.add(ecdsa: try ES256PublicKey(backing: curve.publicKey), kid: "e")
        let secretLibrary = JWTKeyCollection()
        await secretLibrary.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return [
            try Self("RS256", external(rsa.verificationKey), rsaLibrary) { try rsa.sign($0) },
            try Self("ES256", external(curvePublic), curveLibrary) { claims in
                let header = #"{"alg":"ES256","kid":"e"}"#
                let message = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims)
                let signature = try curve.signature(for: Array(message.utf8)).rawRepresentation
                return message + "." + Base64URL.encode(Array(signature))
            },
            try Self("HS256", .hs256(secret: Secret(secret), api: [audience]), secretLibrary) {
                try SigningKey(secret: Secret(secret)).sign($0)
            },
        ]
    }

    private static func external(_ key: VerificationKey) -> TokenProfile {
        .external(issuer: issuer, keys: FixedKeys([key]), api: [audience])
    }

    private init(_ name: String, _ profile: TokenProfile, _ library: JWTKeyCollection, _ sign: ([UInt8]) throws -> String) throws {
        self.name = name
        self.profile = profile
        self.library = library
        text = try sign(Self.claims("user_1"))
        tokens = (try Self.bearer(text), try Self.bearer(sign(Self.claims("user_2"))))
        wrong = try Self.bearer(
            text.prefix { $0 != "." } + "." + sign(Self.claims("user_3")).split(separator: ".").dropFirst().joined(separator: ".") + "AAAA"
        )
    }

    private struct Unsendable: Error {}

    private static func bearer(_ text: String) throws -> BearerToken {
        guard let token = BearerToken(authorization: "Bearer " + text) else { throw Unsendable() }
        return token
    }

    /// As many claims as identity providers write.
    private static func claims(_ subject: String) -> [UInt8] {
        let text = """
            {"iss":"\(issuer)","sub":"\(subject)","aud":["\(audience)","https://id.example.com/userinfo"],"iat":1764000000,\
            "exp":1764003600,"nbf":1764000000,"scope":"openid profile email notes:read notes:write tasks:read","azp":"client_01HZX3Y4Z5A6B7",\
            "jti":"01HZX3Y4Z5A6B7C8D9E0F1G2H3","sid":"session_01HZX3Y4Z5A6B7C8D9E0F1G2H3","org_id":"org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"}
            """
        return Array(text.utf8)
    }

    /// Made for this benchmark; they guard nothing.
    private static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDTrxDC/UQQE8tN
        EZtptXOdnREdDohHfhDRBOLuLhHS9R4PepYV4Q7O8PPiwt+IaeA4xzeX9xSQ3kro
        ZcB2UCjXAJ6hmtY/Js7o0dFCmAgOZhHcdjmVppD5J4QFQzCwhzXljY7FDE2kjc6i
        PyXMZOdCFoPS+yb++0QnTq/Sd717TYftkgCyaO4gYLHGyI46H8jMUZiDt2qHc3jq
        xZg6QUI/PFjlU98vfclugfFHCvFVgrU2Exq/nPjF5StWj0czFeYisU2BGO8g/5Mq
        LMe8g32I0imVO1dWfg1QMBlFfCLTztDJKfHj9bzgCEoM6xPaAWH+mF1fUMOAy/2X
        1w76rXD5AgMBAAECggEAAhb9XF9xt5Lqc+VTmnSPIqQ1Ugsdr08ATX/12ZIc3O9M
        j6yPJMInCkX4smloGYmqDAVzeA2ZZ2C6bpbqkoByFsVLy56itNbmPggsP7MOiU3a
        qUmFggO19K++Lusd5PBAyPZfzXQ0pAY+Xv2umtj4K3/bZ07RcLz8TEMLm1FRTpFN
        yI1UInkSXgi0hdA+mxqVfpk5zN+6YRNXzt7qb2Ehy0AlrzsrZtTQ6u1nzdovjN1q
        uiLYfwZNR/LKR+ydNBSewZXEG9yyUSdHVsp6A1NVyyGJgmMqNibt7ssfhsPEfyMy
        V+fhatJzp+4Z5Hk7Cg4ku4WwKVRnrW7XVuqD/P6Z8QKBgQDpKNkPW4Wof4HxoTG7
        nTrBa3ixVd/O6iAYspDRTu7p+sdnh2EdtjXj67LeDceYKH5yWK82OhUazm9oROqp
        gR+ZKSGd2e7llD8ojb3AzrnT4fkmDgFoeOXL4JcUbKd5lqUay7jdfY9eOUTHUc8B
        Yj3BBLoS9mV4Fin3GrCWI3rpNQKBgQDoa6bdomEos9VuCZaoI1keppildT/3F7LH
        Z8vNh2NKRHrnU1KnW+o4tCPa76wK0AvwvefMCo54+J5s7OMU6dJb7eFQ1rjN3NZh
        Fl+sZe80WSpE2BKGSF7Ze9domc1vgiGbcH5nm94RvWnDZM3r+XjuQ7FPJp4iufU0
        4OrDa7ylNQKBgQDALqYzjWmvCGKQSyCWFzQt56rU6QaQI9UO5miNzfUJsWaZRDJd
        biofUtDdTRhep8oJ8GWDWf65WLzlgiC2VLM56HhIBzFt1HL2t1ZXzU3IgvN9VX/9
        n+Ex2k5NTH4Cr5QpcRBQqMT6klPJwvnQlyx1o7LIHIZopEQ05K/3IQmXnQKBgQCI
        OlkC/WMvZUDLD2mzwYxB7+n2ySOl48kRIeCN5jYnWL4lCmye1bwSYlvFvsc7SzhE
        cjsEGIfrleXd+HcdUfPPmD2BkWmemDs7is6nENRE/aJN2cv50z9tAC6BC+0i18Z1
        AlnExtJB2aC9Oz+LeZ0NIrYxq3Py7MYxqUdRJbvbpQKBgHfMU9e/kwmQi0rOIOcO
        H+Ki5tO6XH77FtcIoPBN/2Jmo/RjyiwX45h/REK6rbrJB/9rn9aFv64YPr3xNvl5
        r0bzfqhIkSeHH5z6B3DZlLQ73idRiCVeWu/w8LXtE6hia2y7Qlgf/1c3sLrcGewb
        FAtzv/MIPC4irYv5vlLKx/4g
        -----END PRIVATE KEY-----
        """

    private static let curveKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBZblXff+zhxpbwNl
        HBbjJl4XW+UrIspGRG4kpuiGzHOhRANCAASFxmyy35/I+O7DOUs8POUsuWScYwe/
        r6bDJqhuF1CYBr9l5vCaT0H7mEx/GZJHZxkC7MgVWoIrTNgcWxvl2M8x
        -----END PRIVATE KEY-----
        """
}

/// Claims that the library is to read, of which it checks none.
struct AnyClaims: JWTPayload {
    let iss: String?
    let sub: String
    let exp: Int64
    let scope: String?

    func verify(using algorithm: some JWTAlgorithm) throws {}
}
