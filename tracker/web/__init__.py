"""The pages: requests go in, services are asked, templates come out. One blueprint a subject.

`guard` closes what is not open, `context` gives templates their words and the visitor's places.
"""
