import Auth
import Synchronization
import ToolBridge

/// Two clocks that a test sets; they go on together.
final class TenantClock: Sendable {
    private let time: Mutex<(wall: Int64, monotonic: ContinuousClock.Instant)>

    init(_ wall: Int64) {
        time = Mutex((wall, .now))
    }

    var clocks: Clocks {
        Clocks(wall: { self.time.withLock { $0.wall } }, monotonic: { self.time.withLock { $0.monotonic } })
    }

    var wall: Int64 { time.withLock { $0.wall } }

    func advance(milliseconds: Int64) {
        time.withLock {
            $0.wall += milliseconds
            $0.monotonic += .milliseconds(milliseconds)
        }
    }

    /// Sets the clock that people set.
    func set(_ wall: Int64) {
        time.withLock { $0.wall = wall }
    }
}

/// A proof as a server has it, with nonces in memory.
func proof(
    secret: String? = nil,
    ring: String? = TenantVectors.ring,
    window: Int = 60,
    capacity: Int = 100,
    _ clock: TenantClock,
    used: @escaping @Sendable (TenantProof.KeyUse) -> Void = { _ in }
) throws -> TenantProof {
    TenantProof(
        secret: secret.map { Secret($0) },
        keyring: try ring.map { try TenantKeyring(text: $0) },
        windowSeconds: window,
        nonces: NonceMemory(capacity: capacity, clocks: clock.clocks),
        clocks: clock.clocks,
        used: used
    )
}

/// What becomes of a request: its tenant, or why it is refused.
func outcome(_ request: SignedRequest, _ proof: TenantProof) async -> Result<String, TenantProofFault> {
    do throws(TenantProofFault) {
        return .success(try await proof.tenant(of: request))
    } catch {
        return .failure(error)
    }
}

extension SignedRequest {
    /// This request, changed.
    func with(_ change: (inout SignedRequest) -> Void) -> SignedRequest {
        var copy = self
        change(&copy)
        return copy
    }

    /// With the headers of a signer.
    func signed(by signer: TenantSigner, at time: Int64, nonce: [UInt8] = TenantSigner.randomNonce()) throws -> SignedRequest {
        let headers = try signer.headers(self, at: Timestamp(milliseconds: time), nonce: nonce)
        return with {
            $0.tenant = headers.tenant
            $0.timestamp = headers.timestamp
            $0.nonce = headers.nonce
            $0.signature = headers.signature
        }
    }
}
