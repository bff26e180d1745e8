#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A driver: one thread that makes lines of observations and writes them to a file descriptor.
///
/// `@unchecked Sendable`, because everything mutable is behind `mutex`. A thread of its own and a POSIX condition, because `write(2)` may
/// block for as long as the reader of the pipe likes, and that must hold up neither an event loop nor the cooperative pool.
final class LineWriter: @unchecked Sendable {
    private struct Entry {
        let time: Int64
        let observation: Observation
        let isLoud: Bool
    }

    /// How long lines are gathered before they are written, so that a busy server wakes the writer rarely.
    private static let gatheringMicroseconds: UInt32 = 2000

    private let descriptor: Int32
    private let format: LogFormat
    private let capacity: (quiet: Int, loud: Int)
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var entries: [Entry] = []
    private var quiet = 0
    private var loud = 0
    private var droppedCount = 0
    private var isWaiting = false
    private var isClosed = false
    private var isDone = false
    private var hash: PersonHash?

    init(descriptor: Int32, format: LogFormat?, capacity: (quiet: Int, loud: Int)) {
        self.descriptor = descriptor
        self.format = format ?? (isatty(descriptor) == 1 ? .console : .json)
        self.capacity = capacity
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
        start()
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    var dropped: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return droppedCount
    }

    /// From the next batch on.
    func hidePersons(_ hash: @escaping PersonHash) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        self.hash = hash
    }

    func enqueue(_ observation: Observation, isLoud: Bool) {
        let time = WallClock.milliseconds()
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, isLoud ? loud < capacity.loud : quiet < capacity.quiet else {
            droppedCount += 1
            return
        }
        if isLoud { loud += 1 } else { quiet += 1 }
        entries.append(Entry(time: time, observation: observation, isLoud: isLoud))
        if isWaiting {
            isWaiting = false
            pthread_cond_broadcast(changed)
        }
    }

    func finish(within limit: Duration) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        pthread_cond_broadcast(changed)
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(deadline.tv_nsec) + Int(attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while !isDone {
            if pthread_cond_timedwait(changed, mutex, &deadline) != 0 { return }
        }
    }

    private func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let reference = Unmanaged.passRetained(self)
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let result = pthread_create(
            &thread,
            &attributes,
            { argument in
                #if canImport(Darwin)
                let pointer: UnsafeMutableRawPointer? = argument
                #else
                let pointer = argument
                #endif
                if let pointer { Unmanaged<LineWriter>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            },
            reference.toOpaque()
        )
        if result != 0 {
            // No thread, no log: the server is worth more than its lines.
            reference.release()
            isClosed = true
            isDone = true
        }
    }

    private func run() {
        var suppressor = RepeatSuppressor()
        var line = LogLine(format: format)
        while let (batch, hash) = nextBatch() {
            line.removeAll()
            line.hash = hash
            for entry in batch {
                for observation in suppressor.admit(entry.observation, at: entry.time) {
                    line.append(observation, at: entry.time)
                    if line.bytes.count >= 65536 {
                        write(line.bytes)
                        line.removeAll()
                    }
                }
            }
            write(line.bytes)
        }
        line.removeAll()
        for observation in suppressor.remainder() { line.append(observation, at: WallClock.milliseconds()) }
        write(line.bytes)
        pthread_mutex_lock(mutex)
        isDone = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    private func nextBatch() -> (entries: [Entry], hash: PersonHash?)? {
        pthread_mutex_lock(mutex)
        if entries.isEmpty, !isClosed {
            repeat {
                isWaiting = true
                pthread_cond_wait(changed, mutex)
            } while entries.isEmpty && !isClosed
            isWaiting = false
            if !isClosed {
                pthread_mutex_unlock(mutex)
                usleep(Self.gatheringMicroseconds)
                pthread_mutex_lock(mutex)
            }
        }
        defer { pthread_mutex_unlock(mutex) }
        guard !entries.isEmpty else { return nil }
        var batch: [Entry] = []
        batch.reserveCapacity(entries.count)
        swap(&batch, &entries)
        quiet = 0
        loud = 0
        return (batch, hash)
    }

    private func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                #if canImport(Darwin)
                let written = Darwin.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #elseif canImport(Musl)
                let written = Musl.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #else
                let written = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                #endif
                if written > 0 {
                    offset += written
                } else if errno == EAGAIN {
                    usleep(1000)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
