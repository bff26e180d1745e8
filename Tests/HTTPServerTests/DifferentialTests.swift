import HTTPServer
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// The server's one reader of requests beside NIO's, which is llhttp: what ours takes, another parser must read in the same way.
///
/// It may refuse more.
@Suite("The reader of requests beside llhttp")
struct DifferentialTests {
    struct Request: Equatable, CustomStringConvertible {
        var method: String
        var target: String
        var fields: [String]
        var body: [UInt8] = []

        var description: String { "\(method) \(target) \(fields) \(body.count) bytes" }
    }

    @Test("takes nothing that llhttp refuses, and reads what both take alike", .timeLimit(.minutes(2)))
    func agreement() {
        var random = SplitMix.seeded()
        let seed = random.state
        print("SEED=\(seed)")
        var taken = 0
        for _ in 0..<60_000 {
            let bytes = MutatedRequest.make(&random)
            let ours = Self.ours(bytes)
            let (theirs, error) = Self.llhttp(bytes)
            // NIO's parser knows a list of methods; a server may know others (RFC 9110, § 9.1).
            if error == .invalidMethod, ours.count > theirs.count { continue }
            #expect(
                ours.count <= theirs.count,
                "SEED=\(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription) \(ours) \(theirs)"
            )
            for (mine, other) in zip(ours, theirs) {
                #expect(mine == other, "SEED=\(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            taken += ours.count
        }
        // Otherwise the mutations would only ever have been refused.
        #expect(taken > 5000)
    }

    private static func ours(_ bytes: [UInt8]) -> [Request] {
        var decoder = RequestDecoder()
        decoder.append(ByteBuffer(bytes: bytes))
        var requests: [Request] = []
        var event = decoder.next()
        while true {
            switch event {
            case .needsMore, .oversized, .refusal:
                return requests
            case .head:
                event = decoder.readBody(limit: 1_048_576)
            case .request(let head, let body):
                requests.append(
                    Request(
                        method: head.method.rawValue,
                        target: head.target,
                        fields: head.fieldLines.map { "\($0.name): \($0.value)" },
                        body: Array(body.readableBytesView)
                    )
                )
                if head.asksToClose { return requests }
                event = decoder.next()
            }
        }
    }

    private static func llhttp(_ bytes: [UInt8]) -> ([Request], HTTPParserError?) {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        var failure: HTTPParserError?
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            failure = error as? HTTPParserError
        }
        var requests: [Request] = []
        var current: Request?
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                current = Request(
                    method: head.method.rawValue,
                    target: head.uri,
                    // White space behind a value is no part of it (RFC 9112, § 5.1); NIO leaves it there.
                    fields: head.headers.map { "\($0.name): \($0.value.trimmingTrailingBlanks)" }
                )
            case .body(let body):
                current?.body += Array(body.readableBytesView)
            case .end:
                if let current { requests.append(current) }
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return (requests, failure)
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: Substring {
        var text = self[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
