import APIClient
import Testing

@Suite struct TransportFaultTests {
    @Test func `A request that was never sent differs from one that broke`() {
        #expect(TransportFault.notSent != .broken)
    }
}
