-- A report may overtake the vendor's answer, which tells the vendor's id for the message. Such a report is kept with the
-- message that was on its way to the number, together with the id that it names: it counts once the answer has that id,
-- or if no answer was recorded. NULL: the report names a message on record.
ALTER TABLE receipt ADD COLUMN claims TEXT;
