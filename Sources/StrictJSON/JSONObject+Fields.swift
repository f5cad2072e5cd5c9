/// Fields by name and type. The plain form demands the field; the `optional…` form answers nil
/// when it is absent or null, and still refuses a value of another kind.
extension JSONObject {
    public func string(_ key: String) throws(JSONFieldError) -> String {
        guard let value = try self.optionalString(key) else {
            throw self.absent(key, .string)
        }
        return value
    }

    public func optionalString(_ key: String) throws(JSONFieldError) -> String? {
        guard let value = self.present(key) else { return nil }
        guard case .string(let string) = value else { throw self.wrong(key, .string) }
        return string
    }

    /// An integer within `Int64`; a fraction, an exponent or a larger number is refused.
    public func integer(_ key: String) throws(JSONFieldError) -> Int64 {
        guard let value = try self.optionalInteger(key) else {
            throw self.absent(key, .integer)
        }
        return value
    }

    public func optionalInteger(_ key: String) throws(JSONFieldError) -> Int64? {
        guard let value = self.present(key) else { return nil }
        guard case .integer(let integer) = value else { throw self.wrong(key, .integer) }
        return integer
    }

    public func bool(_ key: String) throws(JSONFieldError) -> Bool {
        guard let value = try self.optionalBool(key) else {
            throw self.absent(key, .bool)
        }
        return value
    }

    public func optionalBool(_ key: String) throws(JSONFieldError) -> Bool? {
        guard let value = self.present(key) else { return nil }
        guard case .bool(let bool) = value else { throw self.wrong(key, .bool) }
        return bool
    }

    public func object(_ key: String) throws(JSONFieldError) -> JSONObject {
        guard let value = try self.optionalObject(key) else {
            throw self.absent(key, .object)
        }
        return value
    }

    public func optionalObject(_ key: String) throws(JSONFieldError) -> JSONObject? {
        guard let value = self.present(key) else { return nil }
        guard case .object(let object) = value else { throw self.wrong(key, .object) }
        return object
    }

    public func array(_ key: String) throws(JSONFieldError) -> [JSONValue] {
        guard let value = try self.optionalArray(key) else {
            throw self.absent(key, .array)
        }
        return value
    }

    public func optionalArray(_ key: String) throws(JSONFieldError) -> [JSONValue]? {
        guard let value = self.present(key) else { return nil }
        guard case .array(let array) = value else { throw self.wrong(key, .array) }
        return array
    }

    public func strings(_ key: String) throws(JSONFieldError) -> [String] {
        guard let value = try self.optionalStrings(key) else {
            throw self.absent(key, .strings)
        }
        return value
    }

    public func optionalStrings(_ key: String) throws(JSONFieldError) -> [String]? {
        guard let value = self.present(key) else { return nil }
        guard case .array(let array) = value else { throw self.wrong(key, .strings) }
        var strings: [String] = []
        strings.reserveCapacity(array.count)
        for element in array {
            guard case .string(let string) = element else { throw self.wrong(key, .strings) }
            strings.append(string)
        }
        return strings
    }

    private func present(_ key: String) -> JSONValue? {
        guard let value = self[key] else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// A null where a value is demanded is there, but of the wrong kind.
    private func absent(
        _ key: String, _ expected: JSONFieldError.Expectation
    ) -> JSONFieldError {
        let problem: JSONFieldError.Problem = self[key] == nil ? .missing : .wrongType
        return JSONFieldError(key: key, problem: problem, expected: expected)
    }

    private func wrong(
        _ key: String, _ expected: JSONFieldError.Expectation
    ) -> JSONFieldError {
        JSONFieldError(key: key, problem: .wrongType, expected: expected)
    }
}
