import HTTPServer
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("IP addresses")
struct IPAddressTests {
    static let texts: [(String, String?)] = [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"), ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("1::8", "1::8"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("", nil), ("1", nil), ("1.2.3", nil), ("1.2.3.4.5", nil), ("1.2.3.256", nil), ("1.2.3.04", nil), ("1.2.3.+4", nil),
        ("1.2.3.", nil),
        (".1.2.3.4", nil), ("0x7f.0.0.1", nil), ("2130706433", nil), ("127.1", nil), (" 1.2.3.4", nil), ("1.2.3.4 ", nil),
        ("1.2.3.4:80", nil),
        ("\u{0661}.2.3.4", nil), ("1.2.3.4\0", nil), (":", nil), (":::", nil), ("1::2::3", nil), ("1:2:3:4:5:6:7", nil),
        ("1:2:3:4:5:6:7:8:9", nil), ("1:2:3:4:5:6:7::8", nil), ("12345::", nil), ("g::", nil), ("::1%eth0", nil), ("[::1]", nil),
        (":1", nil),
        ("1:", nil), ("1.2.3.4::", nil), ("::1.2.3.4:5", nil), ("::1.2.3", nil), ("1:2:3:4:5:6:7:1.2.3.4", nil), ("unknown", nil),
        ("0000:0000:0000:0000:0000:ffff:192.168.100.228", "192.168.100.228"), (String(repeating: "1:", count: 5000), nil),
    ]

    @Test("reads what is one address and nothing else, and writes it as RFC 5952 has it", arguments: texts)
    func text(_ text: String, _ canonical: String?) {
        #expect(IPAddress(text)?.description == canonical)
        if let canonical { #expect(IPAddress(canonical) == IPAddress(text)) }
    }

    @Test("agrees with the system's own reader about addresses made at random")
    func random() {
        var random = SplitMix.seeded()
        let seed = random.state
        let pieces = ["0", "1", "ff", "abcd", "2001", ":", ":", ":", "::", "1.2.3.4", "255", ".", "g", "00001", " "]
        var understood = 0
        for _ in 0..<20_000 {
            let text = (0..<Int(random.next() % 12) + 1).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            var four = in_addr()
            var six = in6_addr()
            let isAddress = inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
            #expect((IPAddress(text) != nil) == isAddress, "\(text), seed \(seed)")
            if isAddress { understood += 1 }
        }
        #expect(understood > 50, "seed \(seed)")
        for _ in 0..<2000 {
            // Many zeros, so that there are runs of them.
            let groups = (0..<8).map { _ in random.next() & 1 == 0 ? UInt16(0) : UInt16(truncatingIfNeeded: random.next()) }
            let text = groups.map { String($0, radix: 16) }.joined(separator: ":")
            var six = in6_addr()
            var buffer = [CChar](repeating: 0, count: 64)
            inet_pton(AF_INET6, text, &six)
            inet_ntop(AF_INET6, &six, &buffer, 64)
            let expected = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // The system writes some of the old forms with IPv4 at their end.
            guard !expected.contains(".") else { continue }
            #expect(IPAddress(text)?.description == expected, "seed \(seed)")
        }
    }

    static let networks: [(String, inside: [String], outside: [String])] = [
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["11.0.0.0", "9.255.255.255", "::10.0.0.0", "a00::"]),
        ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
        ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1", "2001:db8::1"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db9::", "2001:db7:ffff::", "192.0.2.1"]),
        ("::/0", ["::1", "1.2.3.4"], []),
        ("fd00::1/128", ["fd00::1"], ["fd00::", "fd00::2"]),
        ("128.0.0.0/1", ["128.0.0.0", "255.0.0.0"], ["127.255.255.255"]),
    ]

    @Test("a network has the addresses that begin as it does", arguments: networks)
    func network(_ text: String, inside: [String], outside: [String]) throws {
        let network = try #require(IPNetwork(text))
        for address in inside { #expect(network.contains(try #require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(!network.contains(try #require(IPAddress(address))), "\(address)") }
    }

    @Test(
        "a setting of proxies that isn't one is none",
        arguments: [
            "", ",", "10.0.0.0/8,", "10.0.0.0/33", "10.0.0.1/8", "::/129", "fd00::1/8", "10.0.0.0/08", "10.0.0.0/", "/8", "10.0.0.0/8/8",
            "Fly",
            "fly,10.0.0.0/8", "proxy.example", "10.0.0.0/+8", "10.0.0.0 /8", "10.0.0.0/8 fd00::/8", "*", "10.0.0.0/-1", "10.0.0.0/8\n,::1",
        ]
    )
    func malformed(_ text: String) {
        #expect(TrustedProxies(text: text) == nil)
    }

    @Test("proxies are networks and addresses, or Fly's")
    func wellFormed() {
        #expect(TrustedProxies(text: "fly") == .fly)
        let networks = ["10.0.0.0/8", "fd00::/8", "192.0.2.7"].compactMap { IPNetwork($0) }
        #expect(TrustedProxies(text: "10.0.0.0/8, fd00::/8 ,192.0.2.7") == .networks(networks))
    }
}
