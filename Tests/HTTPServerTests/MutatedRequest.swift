/// Requests that are nearly right.
enum MutatedRequest {
    private static let seeds = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/notes/a?q=a%20b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-ada\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\nOrigin: http://localhost\r\n\r\n",
        "DELETE /v1/notes/a HTTP/1.1\r\nHost: x\r\nX-TB-Tenant-ID: a\r\nIf-Match: \"1\"\r\nConnection: close\r\n\r\n",
        "GET /stream HTTP/1.1\r\nHost: [::1]:80\r\nX-Correlation-ID: abc\r\nExpect: 100-continue\r\n\r\n",
    ].map { Array($0.utf8) }

    private static let splices = [
        "\r\n", "\n", "\r", "\0", ":", " ", "\t", "%", "%00", "chunked", "99999999999999999999", "-1", ";", ",", "\u{FF}", "{", "//",
    ]
    .map { Array($0.utf8) }

    static func make(_ random: inout SplitMix) -> [UInt8] {
        if random.below(10) == 0 {
            return (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0..<(1 + random.below(4)) {
            guard !bytes.isEmpty else { break }
            let position = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(contentsOf: splices[random.below(splices.count)], at: position)
            case 3: bytes.removeSubrange(position..<min(bytes.count, position + random.below(20)))
            default: bytes.insert(contentsOf: seeds[random.below(seeds.count)], at: position)
            }
        }
        return bytes
    }
}
