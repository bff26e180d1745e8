import Auth
import ServiceLifecycle
import UnixSignals

/// Keeps the issuer's keys fresh.
struct KeySetRefresh: Service, CustomStringConvertible {
    let keys: RemoteKeySet
    let description = "key set"

    func run() async throws {
        await cancelWhenGracefulShutdown { await keys.run() }
    }
}

/// Looks at the keyring's file, and takes what it holds when it has changed.
struct KeyringWatch: Service, CustomStringConvertible {
    let file: KeyringFile
    let proof: TenantProof
    let description = "keyring"

    func run() async throws {
        await cancelWhenGracefulShutdown { await file.run(replacing: proof) }
    }
}

/// Reads the keyring's file again on SIGHUP.
///
/// It isn't there without such a file: then the signal ends the program, as it does when a terminal is closed.
struct KeyringHangup: Service, CustomStringConvertible {
    let file: KeyringFile
    let proof: TenantProof
    let description = "SIGHUP"

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { file.refresh(proof, always: true) }
    }
}
