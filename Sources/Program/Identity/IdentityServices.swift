package import Auth
import ServiceLifecycle
import UnixSignals

/// Keeps the issuer's keys fresh.
package struct KeySetRefresh: Service, CustomStringConvertible {
    package let keys: RemoteKeySet
    package let description = "key set"

    package init(keys: RemoteKeySet) {
        self.keys = keys
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await keys.run() }
    }
}

/// Looks at the keyring's file, and takes what it holds when it has changed.
package struct KeyringWatch: Service, CustomStringConvertible {
    package let file: KeyringFile
    package let proof: TenantProof
    package let description = "keyring"

    package init(file: KeyringFile, proof: TenantProof) {
        self.file = file
        self.proof = proof
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await file.run(replacing: proof) }
    }
}

/// Reads the keyring's file again on SIGHUP.
///
/// It isn't there without such a file: then the signal ends the program, as it does when a terminal is closed.
package struct KeyringHangup: Service, CustomStringConvertible {
    package let file: KeyringFile
    package let proof: TenantProof
    package let description = "SIGHUP"

    package init(file: KeyringFile, proof: TenantProof) {
        self.file = file
        self.proof = proof
    }

    package func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { file.refresh(proof, always: true) }
    }
}
