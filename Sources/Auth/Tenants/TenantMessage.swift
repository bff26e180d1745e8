import Crypto

/// What is signed.
enum TenantMessage {
    /// Of the first version: the tenant and the time, nothing of the request.
    static func v1(tenant: String, timestamp: String) -> [UInt8] {
        var bytes = Array(tenant.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: timestamp.utf8)
        return bytes
    }

    /// Of the second version: eight lines.
    ///
    /// No line can hold a line feed: tenant, time and nonce have their grammar, and what HTTP carries as method or target has none.
    static func v2(tenant: String, timestamp: String, nonce: String, _ request: SignedRequest) -> [UInt8] {
        var bytes = Array("TB2-HMAC-SHA256".utf8)
        bytes.reserveCapacity(320 + request.target.utf8.count)
        for line in [timestamp, nonce, tenant, request.method, request.target] {
            bytes.append(0x0a)
            bytes.append(contentsOf: line.utf8)
        }
        for part in [Array((request.authorization ?? "").utf8), request.body()] {
            bytes.append(0x0a)
            bytes.append(contentsOf: Hexadecimal.encode(SHA256.hash(data: part)))
        }
        return bytes
    }
}
