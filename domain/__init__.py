"""The words of Bulletin, as values. No IO, no clock, no SQL may enter here."""
