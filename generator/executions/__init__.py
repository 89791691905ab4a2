"""State machines that work for hours: started, followed, asked for their report."""
