import Auth
import Synchronization
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Keyrings in files")
struct KeyringFileTests {
    private let time: Int64 = 1_764_000_000_123
    private let ring = TenantVectors.ring.split(separator: ",").map(String.init)

    /// A file of a test's own.
    private final class File: Sendable {
        let path = "/tmp/keyring-\(UID.random())"

        /// As editors and deployments do: another file takes its place.
        func replace(with text: String) throws {
            try write(text, path + ".new")
            #expect(rename(path + ".new", path) == 0)
        }

        func write(_ text: String, _ path: String? = nil) throws {
            let descriptor = open(path ?? self.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            #expect(descriptor >= 0)
            defer { close(descriptor) }
            let bytes = Array(text.utf8)
            #expect(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
        }

        deinit { unlink(path) }
    }

    private func request(_ key: String) throws -> SignedRequest {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: key)))
        return try SignedRequest(method: "GET", target: "/", tenant: "t").signed(by: signer, at: time)
    }

    @Test("a file that changes is read again, one that doesn't isn't; a bad one keeps the keys and is told, with nothing of what it holds")
    func changes() async throws {
        let file = File()
        try file.write(ring[0] + "\n")
        let events = Mutex<[AuthEvent]>([])
        let keys = try KeyringFile(path: file.path) { event in events.withLock { $0.append(event) } }
        #expect(keys.keyring.ids == ["k1"])
        let proof = TenantProof(
            keyring: keys.keyring,
            nonces: NonceMemory(clocks: TenantClock(time).clocks),
            clocks: TenantClock(time).clocks
        )
        let (first, second) = (try request(ring[0]), try request(ring[1]))
        keys.refresh(proof)
        #expect(events.withLock { $0 }.isEmpty)
        keys.refresh(proof, always: true)
        #expect(events.withLock { $0 } == [.keyringReplaced(path: file.path, ids: ["k1"])])
        #expect(await outcome(second, proof) == .failure(.signature))

        try file.replace(with: "\(ring[0]),\(ring[1])")
        keys.refresh(proof)
        #expect(events.withLock { $0.last } == .keyringReplaced(path: file.path, ids: ["k1", "k2"]))
        #expect(await outcome(first, proof) == .success("t"))
        #expect(await outcome(second, proof) == .success("t"))

        for bad in ["", "garbage-with-a-secret", ring[0] + ",", String(repeating: "x", count: 65_537)] {
            try file.replace(with: bad)
            let before = events.withLock { $0.count }
            keys.refresh(proof)
            keys.refresh(proof)
            let told = events.withLock { $0.dropFirst(before).map { "\($0)" } }
            #expect(
                told.count == 1 && told.allSatisfy { $0.contains("keyringKept") && !$0.contains("garbage") && !$0.contains("AAECAwQF") }
            )
            #expect(await outcome(first, proof) == .success("t"))
            #expect(await outcome(second, proof) == .success("t"))
        }
        unlink(file.path)
        keys.refresh(proof)
        #expect(await outcome(first, proof) == .success("t"))
        try file.write(ring[1])
        keys.refresh(proof)
        #expect(await outcome(first, proof) == .failure(.signature))
        #expect(await outcome(second, proof) == .success("t"))
    }

    @Test("a change within the same file is seen by its time")
    func inPlace() throws {
        let file = File()
        try file.write(ring[0])
        let events = Mutex<[AuthEvent]>([])
        let keys = try KeyringFile(path: file.path) { event in events.withLock { $0.append(event) } }
        let proof = try proof(TenantClock(time))
        try file.write(ring[1])
        var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 1)]
        #expect(utimensat(AT_FDCWD, file.path, &times, 0) == 0)
        keys.refresh(proof)
        keys.refresh(proof)
        #expect(events.withLock { $0 } == [.keyringReplaced(path: file.path, ids: ["k2"])])
    }

    @Test("what can't be read at the start says why", arguments: ["/nowhere/at/all", "/", "/dev/null", ""])
    func unreadable(path: String) {
        let fault = #expect(throws: KeyringFileFault.self) { try KeyringFile(path: path) }
        #expect(fault?.description.hasPrefix(path + ": ") == true)
    }

    @Test("watching a file ends with its task")
    func watching() async throws {
        let file = File()
        try file.write(ring[0])
        let (seen, tell) = AsyncStream.makeStream(of: AuthEvent.self)
        let keys = try KeyringFile(path: file.path) { tell.yield($0) }
        let proof = try proof(ring: ring[0], TenantClock(time))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keys.run(replacing: proof, every: .milliseconds(1)) }
            try file.replace(with: ring[1])
            for await event in seen {
                #expect(event == .keyringReplaced(path: file.path, ids: ["k2"]))
                break
            }
            group.cancelAll()
        }
        #expect(await outcome(try request(ring[1]), proof) == .success("t"))
    }
}
