/// A table that knows which of its entries was used least recently.
///
/// Its slots are a list from the newest to the oldest, linked by their places in an array.
struct RecencyTable<Key: Hashable, Value> {
    private struct Slot {
        let key: Key
        var value: Value
        var newer: Int?
        var older: Int?
    }

    private var places: [Key: Int] = [:]
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?

    var count: Int { places.count }

    /// A key's value, which so becomes the one that was used last.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        moveToFront(place)
        return slots[place].value
    }

    /// Stores a key's value, which so becomes the one that was used last.
    mutating func set(_ value: Value, for key: Key) {
        if let place = places[key] {
            slots[place].value = value
            moveToFront(place)
            return
        }
        let slot = Slot(key: key, value: value)
        let place: Int
        if let reused = free.popLast() {
            slots[reused] = slot
            place = reused
        } else {
            place = slots.count
            slots.append(slot)
        }
        places[key] = place
        linkAtFront(place)
    }

    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        free.append(place)
    }

    mutating func removeOldest() {
        guard let oldest else { return }
        remove(slots[oldest].key)
    }

    private mutating func moveToFront(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        linkAtFront(place)
    }

    private mutating func linkAtFront(_ place: Int) {
        slots[place].newer = nil
        slots[place].older = newest
        if let newest { slots[newest].newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
    }
}
