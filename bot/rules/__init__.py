"""Eligibility, what-if, checklist and interview: pure functions of what is known and a date. No I/O, no words for people."""
