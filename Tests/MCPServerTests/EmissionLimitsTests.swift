import MCPServer
import Testing

@Suite("How much a request may say")
struct EmissionLimitsTests {
    private let start = ContinuousClock.now

    private func message(_ number: Int) -> [UInt8] { Array("\(number)".utf8) }

    @Test("PR1 a burst of 20 goes out at once, then 10 a second, and the last one always")
    func progress() {
        var limits = EmissionLimits()
        var sent: [Int] = []
        for number in 0..<1_000 where limits.progress(message(number), at: start + .milliseconds(number)) != nil { sent.append(number) }
        #expect(Array(sent.prefix(20)) == Array(0..<20))
        #expect(sent.count == 29, "20, and one for each tenth of the second that had passed")
        #expect(limits.flush() == message(999))
        #expect(limits.flush() == nil)
    }

    @Test("PR1 what was held back is replaced by what is newer")
    func superseded() {
        var limits = EmissionLimits()
        for number in 0..<20 { #expect(limits.progress(message(number), at: start) == message(number)) }
        #expect(limits.progress(message(20), at: start) == nil)
        #expect(limits.progress(message(21), at: start + .milliseconds(99)) == nil)
        #expect(limits.progress(message(22), at: start + .milliseconds(100)) == message(22))
        #expect(limits.flush() == nil)
        #expect(limits.progress(message(23), at: start + .milliseconds(199)) == nil)
        #expect(limits.flush() == message(23))
    }

    @Test("PR1 a pause refills the burst, and no more than that")
    func refill() {
        var limits = EmissionLimits()
        for _ in 0..<25 { _ = limits.progress([], at: start) }
        let later = start + .seconds(3_600)
        #expect((0..<25).filter { limits.progress(message($0), at: later) != nil }.count == 20)
        #expect((0..<25).filter { limits.progress(message($0), at: start) != nil }.isEmpty, "a clock that goes back changes nothing")
    }

    @Test("L4 in no second more than 20 log messages")
    func logs() {
        var limits = EmissionLimits()
        var times: [Int] = []
        for time in 0..<5_000 where limits.admitsLog(at: start + .milliseconds(time)) { times.append(time) }
        #expect(times.count == 100)
        for (index, time) in times.enumerated() where index >= 20 { #expect(time - times[index - 20] >= 1_000) }
    }
}
