extension MCPConnections {
    /// Limits and times of streams.
    package struct Settings: Sendable {
        /// Requests of one principal that run at once.
        package var runningRequests = 256
        package var streamsOfPrincipal = 32
        package var streams = 4_096
        package var standaloneStreamsOfSession = 4
        package var streamAge = Duration.seconds(600)
        /// How long a stream of 2024-11-05 may go without a message in either direction; nil for ever.
        package var sseIdle: Duration?
        /// Between two signs of life on a stream.
        package var heartbeat = Duration.seconds(15)
        /// How long a stream without a connection can be resumed (S12).
        package var resumable = Duration.seconds(60)
        package var resumableStreams = 1_024
        package var requestLimit = Duration.seconds(60)
        package var requestHardLimit = Duration.seconds(300)
        package var untilStream = Duration.seconds(15)
        package var stream = EventStream.Limits()

        package init() {}

        /// How often it is looked whether a time is over.
        package var tick: Duration {
            let shortest = [streamAge, heartbeat, resumable, requestLimit, requestHardLimit, untilStream].min() ?? heartbeat
            return max(.milliseconds(5), min(.seconds(1), shortest / 4))
        }
    }

    /// How much is held at this moment: nothing, once all connections are gone, all work has ended and no stream can be resumed any more.
    package struct Counts: Sendable, Equatable {
        package var principals = 0
        package var exchanges = 0
        package var connectedStreams = 0
        package var resumableStreams = 0
        package var standaloneStreams = 0
        package var questions = 0
        package var countedStreams = 0

        package init() {}
    }
}
