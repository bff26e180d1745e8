import Logging
import Observability
import Testing

@Suite("Libraries' messages")
struct LibraryLogTests {
    @Test("become lines from warning on")
    func library() throws {
        let log = try Log()
        let logger = log.observations.logger(label: "hummingbird")
        logger.info("quiet")
        logger.error("it broke\nbadly")
        let lines = log.lines()
        #expect(lines.count == 1)
        let expected = #""level":"error","msg":"library message","component":"lifecycle","error":"it broke\u000abadly""#
        #expect(lines.first?.contains(expected) == true)
    }
}
