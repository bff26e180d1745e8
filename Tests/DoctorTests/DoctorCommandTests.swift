import ArgumentParser
import Doctor
import Testing

@Suite struct DoctorCommandTests {
    @Test func `The command has its name`() {
        #expect(DoctorCommand.configuration.commandName == "doctor")
    }
}
