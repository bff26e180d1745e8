package import ArgumentParser

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How every program of ours begins.
package enum ProgramStart {
    /// Makes the process safe, then runs the command that the arguments name.
    package static func run<Command: AsyncParsableCommand>(_: Command.Type) async {
        // A peer that closes its end is an error of one write, never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Whatever this program creates is for its user alone, and a crash leaves no copy of anybody's notes.
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(coreLimit, &none)
        do {
            var command = try Command.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Command.exit(withError: error)
        }
    }
}

#if canImport(Glibc)
private let coreLimit = __rlimit_resource_t(RLIMIT_CORE.rawValue)
#else
private let coreLimit = RLIMIT_CORE
#endif
