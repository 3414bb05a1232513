"""What both packages share, the network included: classes, errors, storage, pictures, drawing, records and workers."""
