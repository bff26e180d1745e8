import Auth
import Testing
import ToolBridge

private let key = StandardBase64.encode([UInt8](repeating: 7, count: 32))

private let bad: [(String, TenantKeyringFault.Reason, Int)] = [
    ("", .empty, 1), (" \n", .empty, 1), ("a:\(key),", .empty, 2), (",a:\(key)", .empty, 1), ("a:\(key),,b:\(key)", .empty, 2),
    (key, .noID, 1), (":\(key)", .noID, 1), ("::\(key)", .noID, 1), ("a b:\(key)", .badID, 1), ("é:\(key)", .badID, 1),
    ("a/b:\(key)", .badID, 1), ("\(String(repeating: "a", count: 33)):\(key)", .badID, 1), ("a :\(key)", .badID, 1),
    ("a:", .tooShort, 1), ("a:AAAA", .tooShort, 1), ("a:\(StandardBase64.encode([UInt8](repeating: 7, count: 31)))", .tooShort, 1),
    ("a:\(key.dropLast())", .notBase64, 1), ("a:\(key)=", .notBase64, 1), ("a:\(key.replacing("H", with: "-"))", .notBase64, 1),
    ("a:\(key.replacing("H", with: "_"))", .notBase64, 1), ("a: \(key)", .notBase64, 1), ("a:\(key)\u{0}", .notBase64, 1),
    ("a:\(key.dropLast(2))d=", .notBase64, 1), ("a:=\(key.dropFirst())", .notBase64, 1), ("a::\(key)", .badTenant, 1),
    ("a:t t:\(key)", .badTenant, 1), ("a:\(String(repeating: "t", count: 129)):\(key)", .badTenant, 1),
    ("a:t:\(StandardBase64.encode([UInt8](repeating: 7, count: 33)))", .notDerived, 1), ("a:t:AAAA", .notDerived, 1),
    ("a:\(key),b:\(key),a:\(key)", .twice, 3), ("a:\(key),a:t:\(key)", .twice, 2), ("a:t:\(key),a:\(key)", .twice, 2),
    ("a:t:\(key),a:t:\(key)", .twice, 2), ((0..<65).map { "k\($0):\(key)" }.joined(separator: ","), .tooMany, 65),
]

@Suite("Keyrings")
struct TenantKeyringTests {
    @Test(
        "a keyring has its keys in order, with white space around each",
        arguments: [
            ("a:\(key)", ["a"]),
            ("a:\(key),b:\(key)", ["a", "b"]),
            (" a:\(key) ,\n\tb:\(key)\r\n", ["a", "b"]),
            ("A.b_c-9:\(key)", ["A.b_c-9"]),
            ("a:tenant:\(key),a:tenant.b:c-d_e:\(key)", ["a", "a"]),
            ("a:\(StandardBase64.encode([UInt8](repeating: 7, count: 33)))", ["a"]),
            ("a:\(StandardBase64.encode([UInt8](repeating: 7, count: 100)))", ["a"]),
        ]
    )
    func good(text: String, ids: [String]) throws {
        #expect(try TenantKeyring(text: text).ids == ids)
    }

    @Test("what isn't a keyring is refused with what is wrong, where, and nothing of its text", arguments: 0..<bad.count)
    func refused(index: Int) throws {
        let (text, reason, position) = bad[index]
        let fault = #expect(throws: TenantKeyringFault.self) { try TenantKeyring(text: text) }
        #expect(fault?.reason == reason && fault?.position == position, "\(text)")
        let told = try #require(fault.map { "\($0)" })
        #expect(told.hasPrefix("key \(position) ") && !told.contains("BwcH"))
    }

    @Test("a keyring prints its ids alone")
    func printed() throws {
        let ring = try TenantKeyring(text: "a:\(key),b:t:\(key)")
        var dumped = ""
        dump([ring], to: &dumped)
        for text in ["\(ring)", String(reflecting: ring), dumped, "\([ring])"] {
            #expect(text.contains("a") && !text.contains(key) && !text.contains("7, 7") && !text.contains("0707"))
        }
    }

    @Test("a signer signs for tenants and times that can be, alone")
    func signing() throws {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: "a:\(key)")))
        for signer in [signer, TenantSigner(secret: Secret("s"))] {
            for tenant in [nil, "", "a b", "é"] {
                let request = SignedRequest(method: "GET", target: "/", tenant: tenant)
                #expect(throws: TenantSigningFault.noTenant) { try signer.headers(request, at: Timestamp(milliseconds: 1_764_000_000_000)) }
            }
            for time in [Int64.min, -1, 0, 999_999_999_999, 10_000_000_000_000, .max] {
                let request = SignedRequest(method: "GET", target: "/", tenant: "t")
                #expect(throws: TenantSigningFault.noTime) { try signer.headers(request, at: Timestamp(milliseconds: time)) }
            }
        }
        #expect(Set((0..<100).map { _ in TenantSigner.randomNonce() }).count == 100)
    }
}

/// Base64 as other programs write it.
enum StandardBase64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    static func encode(_ text: String) -> String { encode(Array(text.utf8)) }
}
